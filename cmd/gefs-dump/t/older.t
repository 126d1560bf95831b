#!/usr/bin/perl
# gefs-dump on images of gefs0001 (A-*: little-endian, BE-*: big-endian) and of the revision of 2023 (B-*), against
# what the real servers said about them.
#
#   prove cmd/gefs-dump/t/older.t                       all images
#   prove cmd/gefs-dump/t/older.t :: A-small B-defer    some

use strict;
use warnings;
no warnings 'portable';		# hex numbers above 32 bits
use Digest::SHA qw(sha256_hex);
use File::Temp ();
use File::Basename qw(dirname);
use File::Spec;
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsFiles qw(bytes seconds);

my $BLOCK = 8192;
my $dump = tool('gefs-dump');

for my $name (chosen(images_older())) {
	subtest $name => sub {
		eval { $name =~ /^B-/ ? test_2023($name) : test_0001($name); 1 } or fail('went through') || diag($@);
	};
}
subtest 'neighbour' => \&test_neighbour unless @ARGV;
subtest 'lost header' => \&test_lost_header unless @ARGV;
done_testing();

# ok(no differences), with the first few of them.
sub verdict
{
	my ($name, @diff) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(!@diff, $name) or diag(first_few(@diff));
}

sub dump_text
{
	my ($diff, @args) = @_;
	my %r = run($dump, @args);
	my $why = complaint(\%r);
	push @$diff, "gefs-dump @args: $why" if $why;
	return $r{out};
}

sub dump_lines
{
	my ($diff, @args) = @_;
	return jsonl(dump_text($diff, @args));
}

# The version is named, also in words.
sub check_version
{
	my ($image, $format, $words) = @_;
	my @diff;
	my @copies = dump_lines(\@diff, 'super', '--json', $image);
	push @diff, 'no copies' if !@copies;
	push @diff, map { "format $_->{format}" } grep { $_->{format} ne $format } @copies;
	my $text = dump_text(\@diff, 'super', $image);
	push @diff, "the words are missing in: $text" if $text !~ /\A\Q$format\E: .*$words/;
	my @same = dump_lines(\@diff, 'super', '--json', '--format', $format, $image);
	push @diff, '--format gives something else' if @same != @copies;
	return @diff;
}

# ---- gefs0001 ----

sub test_0001
{
	my ($name) = @_;
	my $m = manifest($name);
	my $image = image($name);
	my $be = $name =~ /^BE-/;

	verdict('version', check_version($image, $be ? ('gefs0001-be', 'big-endian') : ('gefs0001-le', 'little-endian')));
	verdict('labels', check_labels($image, $m->{labels}));
	for my $label (sort keys %{$m->{labels}}) {
		my $entries = $m->{labels}{$label};
		verdict(printable($label) . ': ' . scalar(@$entries) . ' entries', check_entries($image, $label, $entries, $m));
		my ($n, @diff) = check_windows($image, $label, $entries);
		verdict("$n windows of long files", @diff) if $n;
	}
	my ($free, @diff) = free_map($image);
	if ($m->{freemap_before_load}) {
		my ($want, $header) = server_map($m->{freemap_before_load});
		verdict('free ranges before load', @diff, same_map($free, $want));
		verdict('headers', check_headers($image, $header, ($m->{freemap_err} // '') =~ /rolling back/));
	}
	verdict('free ranges after load', after_load($image, $free, server_map($m->{console}{'show free'})))
	    if $m->{console}{'show free'} && !$m->{console}{'start failed'};
	verdict('users', check_users($image, $m->{console}{'show users'}));
}

sub check_labels
{
	my ($image, $labels) = @_;
	my @diff;
	my %have = map { $_->{name} => 1 } grep { $_->{type} eq 'label' } dump_lines(\@diff, 'snaps', '--json', $image);
	push @diff, map { "label $_ is missing" } grep { !$have{$_} } sort keys %$labels;
	push @diff, map { "label $_ is not in the manifest" } grep { !$labels->{$_} } sort keys %have;
	return @diff;
}

# A path of the manifest is a list of names, one that is not UTF-8 in hex.
sub path_bytes
{
	return '/' . join '/', map { ref $_ ? pack('H*', $_->{hex}) : bytes($_) } @{$_[0]};
}

sub check_entries
{
	my ($image, $label, $entries, $m) = @_;
	my @diff;
	# Blocks of an older snapshot that the server used again cannot be read: the manifest tells such files.
	my $lost = grep { ($_->{error} // '') =~ /corrupt block/ } @$entries;
	my %r = run($dump, 'files', '--json', '--sha256', '--max-hash', 1 << 30, $image, bytes($label));
	my $why = complaint(\%r, $lost ? 4 : 0);
	push @diff, $why if $why;
	my %have = map { (defined $_->{path_hex} ? pack('H*', $_->{path_hex}) : bytes($_->{path})) => $_ } jsonl($r{out});

	delete $have{'/'} if !grep { !@{$_->{path}} } @$entries;
	for my $e (@$entries) {
		my $path = path_bytes($e->{path});
		my $l = delete $have{$path};
		if (!$l) {
			push @diff, "$path is missing";
			next;
		}
		my %want = (mode => sprintf('%o', $e->{mode}), length => $e->{length}, uid => $e->{nuid}, gid => $e->{ngid},
			muid => $e->{nmuid}, qpath => $e->{qid}{path}, qvers => $e->{qid}{vers}, qtype => $e->{qid}{type},
			uid_name => $e->{uid}, gid_name => $e->{gid}, muid_name => $e->{muid});
		$want{sha256} = $e->{sha256} if defined $e->{sha256} && $e->{nread} == $e->{length};
		push @diff, map { "$path: $_: have " . ($l->{$_} // '(absent)') . ", want $want{$_}" }
		    grep { defined $want{$_} && ($l->{$_} // '') ne $want{$_} } sort keys %want;
		push @diff, map { "$path: $_: have " . $l->{"${_}_ns"} . ", want $e->{$_} s" }
		    grep { seconds($l->{"${_}_ns"}) != $e->{$_} } qw(atime mtime);
		push @diff, "$path: contents that the server cannot read"
		    if ($e->{error} // '') =~ /corrupt block/ && defined $l->{sha256};
	}
	push @diff, map { "$_ is not in the manifest" } sort keys %have;
	return @diff;
}

sub check_windows
{
	my ($image, $label, $entries) = @_;
	my ($n, @diff) = 0;
	for my $e (grep { $_->{windows} } @$entries) {
		for my $w (@{$e->{windows}}) {
			my ($off, $len, $sha) = @$w;
			my $out = dump_text(\@diff, 'data', '--range', "$off:$len", $image, bytes($label), path_bytes($e->{path}));
			$n++;
			push @diff, path_bytes($e->{path}) . " at $off: other contents" if sha256_hex($out) ne $sha;
		}
	}
	return ($n, @diff);
}

# What lies above the block layer of the revision of 2023 is read if it parses as a neighbouring version does: shown with
# an image of that neighbour, whose block layer is alike. All lines say that it is inferred.
sub test_neighbour
{
	my @diff;
	my @want = dump_lines(\@diff, 'files', '--json', '--sha256', image('BE-small'));
	my @have = dump_lines(\@diff, 'files', '--json', '--sha256', '--format', 'gefs-2023', image('BE-small'));
	verdict('dumps', @diff);
	is(scalar(grep { $_->{inferred} } @have), scalar @have, 'all lines are marked');
	delete $_->{inferred} for @have;
	is_deeply(\@have, \@want, 'the same files') if @have == @want or fail('as many files');
}

# Nothing vouches for an arena header of gefs0001; when it is lost, what lies behind it is not.
sub test_lost_header
{
	my $dir = File::Temp->newdir('gefs-older-XXXXXX', TMPDIR => 1);
	my $image = image_copy(image('A-small'), File::Spec->catfile($dir, 'x.img'));
	my @diff;
	my @want = dump_lines(\@diff, 'files', '--json', '--sha256', $image);
	open(my $f, '+<:raw', $image) or die "$image: $!\n";
	print $f "\0" x $BLOCK;
	close $f or die "$image: $!\n";
	my @have = dump_lines(\@diff, 'files', '--json', '--sha256', $image);
	is_deeply(\@have, \@want, 'the same files without the first header');
	verdict('its version', check_version($image, 'gefs0001-le', 'little-endian'));
}

# ---- free space ----

# -> {arena => [[offset, length], ...]} as the tool says, and what went wrong
sub free_map
{
	my ($image) = @_;
	my @diff;
	return ({map { $_->{arena} => $_->{ranges} } dump_lines(\@diff, 'free', '--json', $image)}, @diff);
}

# The server's text: "arena 0:" and a line "\t2000+2000" for each range; before that perhaps a line for each header.
sub server_map
{
	my (%map, %header, $arena);
	for (split /\n/, $_[0]) {
		if (/^header (\d+): (.*)/) {
			my ($i, $rest) = ($1, $2);
			$header{$i}{$1} = hex $2 while $rest =~ /\b(off|head|size|used|arenasz) ([0-9a-f]+)/g;
			$header{$i}{$1} = $2 while $rest =~ /\b(narena|nextqid|nextgen|snapht) (\d+)/g;
			$header{$i}{root} = hex $1 if $rest =~ /snapbp \(([0-9a-f]+),/;
		} elsif (/^arena (\d+):/) {
			$arena = $1;
			$map{$arena} = [];
		} elsif (/^\t([0-9a-f]+)\+([0-9a-f]+)/) {
			push @{$map{$arena}}, [hex $1, hex $2];
		}
	}
	return (\%map, \%header);
}

sub same_map
{
	my ($have, $want) = @_;
	my @diff;
	push @diff, 'other arenas' if join(' ', sort keys %$have) ne join(' ', sort keys %$want);
	for my $i (sort { $a <=> $b } keys %$want) {
		my ($h, $w) = map { join ' ', map { sprintf '%x+%x', @$_ } @{$_->{$i} // []} } $have, $want;
		push @diff, "arena $i: have $h, want $w" if $h ne $w;
	}
	return @diff;
}

sub blocks
{
	return map { my ($off, $len) = @$_; map { $off + $_ * $BLOCK => 1 } 0 .. $len / $BLOCK - 1 } @{$_[0]};
}

# The server compresses every log when it loads: what it then has as free is what was free and the blocks of the old
# log, but for two blocks of the new one.
sub after_load
{
	my ($image, $before, $after) = @_;
	my (@diff, %log);
	push @{$log{$_->{arena}}}, $_->{block} for grep { $_->{op} eq 'block' } dump_lines(\@diff, 'log', '--json', $image);
	for my $i (sort { $a <=> $b } keys %$after) {
		my %expect = (blocks($before->{$i}), map { $_ => 1 } @{$log{$i}});
		my %have = blocks($after->{$i});
		my @more = grep { !$expect{$_} } keys %have;
		my @less = grep { !$have{$_} } keys %expect;
		push @diff, sprintf 'arena %d: %d blocks free that should not be', $i, scalar @more if @more;
		push @diff, sprintf 'arena %d: %d blocks taken for the new log, expected 2', $i, scalar @less if @less != 2;
	}
	return @diff;
}

sub check_headers
{
	my ($image, $want, $rolled_back) = @_;
	my @diff;
	my %arena = map { $_->{arena} => $_ } grep { defined $_->{arena} } dump_lines(\@diff, 'arenas', '--json', $image);
	my %copy = map { $_->{copy} => $_ } dump_lines(\@diff, 'super', '--json', $image);
	# After a crash in a sync the server takes the root data of the last header for all of them.
	my ($used) = grep { $_->{used} } values %copy;
	push @diff, 'not the last header is used' if $used->{copy} != keys(%copy) - 1;
	%copy = map { $_ => $used } keys %copy if $rolled_back;
	for my $i (sort { $a <=> $b } keys %$want) {
		my $w = $want->{$i};
		my %have = (off => $arena{$i}{header}, head => $arena{$i}{log_head}, size => $arena{$i}{size},
			used => $arena{$i}{used_stored}, narena => $copy{$i}{narena}, arenasz => $copy{$i}{arena_size},
			nextqid => $copy{$i}{nextqid}, nextgen => $copy{$i}{nextgen}, snapht => $copy{$i}{snap_height},
			root => $copy{$i}{snap_root});
		push @diff, map { "header $i: $_: have $have{$_}, want $w->{$_}" } grep { $have{$_} != $w->{$_} } sort keys %$w;
	}
	return @diff;
}

# The console shows "none" as the leader of a group that has none.
sub check_users
{
	my ($image, $text) = @_;
	my @diff;
	my $want = join "\n", sort map { s/\A([^:]*:[^:]*:)none:/$1:/r } grep { length } split /\n/, bytes($text);
	my $have = join "\n", sort grep { length } split /\n/, dump_text(\@diff, 'users', $image);
	push @diff, "have:\n$have\nwant:\n$want" if $have ne $want;
	return @diff;
}

# ---- the revision of 2023 ----

sub test_2023
{
	my ($name) = @_;
	my $m = manifest($name);
	my $image = image($name);

	verdict('version', check_version($image, 'gefs-2023', '2023'));
	my @diff;
	my @arenas = grep { defined $_->{arena} } dump_lines(\@diff, 'arenas', '--json', $image);
	my ($free) = free_map($image);
	my %want = map { $_->{arena} => $_->{free} } @{$m->{dump}{reload}};
	verdict('free ranges', @diff, same_map($free, \%want));
	for my $w (@{$m->{dump}{reload}}) {
		my $a = $arenas[$w->{arena}];
		is($a->{log_head}, $w->{loghd}, "arena $w->{arena}: first log block");
		is($a->{used_stored}, $w->{used}, "arena $w->{arena}: used, as its header says");
	}
	verdict('log', check_log($image, $m->{dump}{log}));
	verdict('live blocks', check_live($image, $m->{made}{live}, $free, $m->{dump}{header}{blksz}));
	verdict('inferred', grep { !$_->{inferred} } dump_lines(\@diff, 'free', '--json', $image));
	my %r = run($dump, 'files', $image);
	is($r{status}, 1, 'no files: failed');
	like($r{err}, qr/only the block layer is known/, 'and why');
}

# Every block and entry of every log.
sub check_log
{
	my ($image, $log) = @_;
	my @diff;
	my @have = map { $_->{op} eq 'block' ? "$_->{arena} block $_->{block}" : entry_text($_) }
	    dump_lines(\@diff, 'log', '--json', $image);
	my @want;
	for my $a (@$log) {
		for my $b (@{$a->{blocks}}) {
			push @want, "$a->{arena} block $b->{addr}";
			push @want, map { server_entry(@$_) } @{$b->{ents}};
		}
	}
	push @diff, scalar(@have) . ' lines, want ' . scalar(@want) if @have != @want;
	for my $i (0 .. (@have < @want ? $#have : $#want)) {
		next if $have[$i] eq $want[$i];
		push @diff, "line $i: have $have[$i], want $want[$i]";
		last;
	}
	return @diff;
}

# Offsets of the server count from the beginning of the block, ours from that of the body.
sub entry_text
{
	my ($e) = @_;
	return join ' ', $e->{offset} + 10, $e->{op}, $e->{addr} // 0, $e->{op} =~ /^(?:alloc|free)\z/ ? $e->{length} : 0;
}

sub server_entry
{
	my ($at, $op, $addr, $len) = @_;
	return join ' ', $at, lc $op, lc $op eq 'end' ? 0 : $addr, $len;
}

# Blocks that are in use: not free, and with the hash that the server gave them.
sub check_live
{
	my ($image, $live, $free, $blksz) = @_;
	my (@diff, %free);
	for my $r (map { @$_ } values %$free) {
		$free{$r->[0] + $_ * $blksz} = 1 for 0 .. $r->[1] / $blksz - 1;
	}
	push @diff, map { sprintf '0x%x counts as free', $_->[0] } grep { $free{$_->[0]} } @$live;
	for my $b (grep { defined } @$live[0, int(@$live / 2), -1]) {	# starting a command for each takes long
		my ($l) = dump_lines(\@diff, 'block', '--json', $image, $b->[0]);
		push @diff, sprintf '0x%x: hash %s, want %s', $b->[0], $l->{hash}, $b->[1] if $l->{hash} ne $b->[1];
	}
	return @diff;
}
