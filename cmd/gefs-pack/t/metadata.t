#!/usr/bin/perl
# gefs-pack --metadata, --clear and --hide-names: what must be gone is gone, and all else is as it was.

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

my ($pack, $check, $dump) = map { tool($_) } qw(gefs-pack gefs-check gefs-dump);
my $tmp = tempdir(CLEANUP => 1);
my $out = "$tmp/meta.zst";
my $blksz = 16384;
my %fixed = map { $_ => 1 } qw(adm empty main users none nogroup);	# names that stay

metadata();
commands();
leftovers();
hidden('small');
hidden('snaps', qw(main fork1 twinB));
hidden('bigdir', 'main');
hidden('deep');
hidden('A-small');
hidden('BE-small');
again();
damaged_node();
contents_in_a_node();
bad_super();
options();
done_testing();

# packed(NAME, IMAGE, ARG...): to $out.
sub packed
{
	my ($name, $img, @arg) = @_;
	my %r = run($pack, '-q', '--metadata', @arg, $img, '-o', $out);
	is(complaint(\%r), undef, "$name: packed");
	is($r{err}, '', "$name: without complaints");
}

# findings(IMAGE, ARG...) -> lines of gefs-check without what may differ, and the summary.
sub findings
{
	my ($img, @arg) = @_;
	my %r = run($check, '--json', @arg, $img);
	my @lines = jsonl($r{out});
	my $sum = pop @lines;
	return ([map { delete $_->{image}; $_ } @lines], $sum);
}

sub same_check
{
	my ($name, $img, $text) = @_;
	my ($was, $sum) = findings($img, '--no-data');
	my ($is, $now) = findings($out);
	if (!$text) {	# texts hold names
		delete @$_{qw(text snapshots paths)} for @$was, @$is;
	}
	is_deeply($is, $was, "$name: the same findings");
	ok($now->{metadata_only} && !$now->{data_checked}, "$name: the summary says what was not looked at");
	delete @$_{qw(image seconds bytes_read metadata_only)} for $sum, $now;
	is_deeply($now, $sum, "$name: the same summary");
}

# All that is not zeros in what zstd unpacks.
sub unpacked
{
	open(my $z, '-|', 'zstd', '-dcq', $out) or die "zstd: $!\n";
	binmode $z;
	my ($zeros, $all) = ("\0" x 65536, '');
	while (read($z, my $b, 65536)) {
		$all .= $b if $b ne substr($zeros, 0, length $b);
	}
	close $z or die "zstd failed\n";
	$all =~ s/\0{4,}/\0\0\0/g;
	return $all;
}

# ---- contents ----

sub metadata
{
	for my $name (qw(small crash-pt-super-3-50 A-torn1 B-asis)) {
		packed($name, image($name));
		same_check($name, image($name), 1);
	}
	packed('small', image('small'));
	my $all = unpacked();
	is(index($all, 'bob was here'), -1, 'contents are gone');
	isnt(index($all, 'profile'), -1, 'names are there');
	my %block = run($dump, 'block', $out, '0x5fec000');
	like($block{out}, qr/\A[^\n]*perhaps it was left out when the image was packed\n/, 'a block of contents is no block of zeros');
	%block = run($dump, 'block', '--json', $out, '0x5fec000');
	ok((jsonl($block{out}))[0]{maybe_left_out}, 'nor in JSON');
	%block = run($dump, 'block', $out, '0x4000');
	unlike($block{out}, qr/left out/, 'others are what they are');
	isnt(index($all, '10000:sys::glenda'), -1, 'the users file is there');
	my %r = run($check, $out);
	like($r{out}, qr/file contents were left out when the image was packed/, 'the check says so');
	my %one = run($pack, '-q', '-j', 1, '-m', image('small'), '-o', "$tmp/one.zst");
	ok(same_bytes($out, "$tmp/one.zst"), 'the number of threads does not matter');
}

# Nobody takes zeros for contents.
sub commands
{
	my $left_out = qr/contents of files were left out when the image was packed/;
	my $path = '/usr/bob/profile';

	for ([$dump, 'data', $out, 'main', $path], [tool('gefs-cat'), $out, $path]) {
		my %r = run(@$_);
		is(complaint(\%r, 4), undef, "$_->[0]: exit status");
		like($r{err}, $left_out, "$_->[0]: says why");
		is($r{out}, '', "$_->[0]: no zeros");
	}
	my %r = run($dump, 'files', '--sha256', '--json', $out);
	is(complaint(\%r, 4), undef, 'files --sha256: exit status');
	is($r{err} =~ s/$left_out//gr, "gefs-dump: \n", 'files --sha256: says why, once');
	my ($file) = grep { $_->{path} eq $path } jsonl($r{out});
	is($file->{sha256}, undef, 'files --sha256: no hash of zeros');
	is($file->{uid_name}, 'bob', 'owners have names');
	%r = run(tool('gefs-export'), $out, "$tmp/it.tar");
	is(complaint(\%r, 1), undef, 'gefs-export: exit status');
	like($r{err}, $left_out, 'gefs-export: says why');
	ok(!-e "$tmp/it.tar", 'gefs-export: nothing written');
	%r = run(tool('gefs-export'), '--list', $out);
	is(complaint(\%r), undef, 'gefs-export --list');
	like($r{out}, qr/profile/, 'gefs-export --list: names');
	%r = run(tool('gefs-compact'), $out, '--output', "$tmp/new.img");
	isnt($r{status}, 0, 'gefs-compact: refuses');
	%r = run($dump, 'super', $out);
	like($r{out}, $left_out, 'super');
	%r = run($dump, 'super', '--json', $out);
	ok($_->{metadata_only} && !$_->{names_hidden}, 'super --json') for jsonl($r{out});
	%r = run($dump, 'data', $out, 'adm', '/users');
	is(complaint(\%r), undef, 'the users file can be read');
	%r = run($pack, '-d', $out, '-o', "$tmp/it.img");
	is(complaint(\%r, 4), undef, 'unpacked: exit status');
	like($r{err}, qr/contents of files were left out of it/, 'unpacked: says so');
	%r = run($pack, '-q', $out, '-o', "$tmp/again.zst");
	my (undef, $sum) = findings("$tmp/again.zst");
	ok($sum->{metadata_only}, 'packed once more, it still says so');
}

# Servers do not clear the memory of nodes: pieces of files are in the gaps between records.
sub leftovers
{
	my $piece = qr/line \('s01', 'w', 21\)/;

	packed('snaps', image('snaps'));
	ok(unpacked() =~ $piece, 'gaps are kept');
	packed('snaps --clear', image('snaps'), '--clear');
	ok(unpacked() !~ $piece, 'gaps are cleared');
	same_check('snaps --clear', image('snaps'), 1);
	my @files = map { my %r = run($dump, 'files', '--json', $_); $r{out} } $out, image('snaps');
	is($files[0], $files[1], 'snaps --clear: the same files');
	packed('A-snapgen', image('A-snapgen'));
	ok(unpacked() =~ /gefs block log leaf/, 'A-snapgen: gaps are kept, also in deadlists');
	packed('A-snapgen', image('A-snapgen'), '--clear');
	ok(unpacked() !~ /gefs block log leaf/, 'A-snapgen: gaps are cleared');
	same_check('A-snapgen --clear', image('A-snapgen'), 1);
}

# ---- names ----

# shape(IMAGE, SNAPSHOT) -> entries by qid: the name as bytes, the parent, and all that is not a name.
sub shape
{
	my ($img, $snap) = @_;
	my %r = run($dump, 'files', '--json', $img, $snap);
	my (%at, %dir);
	for my $f (jsonl($r{out})) {
		my $path = bytes_of($f, 'path');
		delete @$f{qw(path path_hex), map { ("${_}_name", "${_}_name_hex") } qw(uid gid muid)};
		my ($above, $name) = $path eq '/' ? ('', '') : $path =~ m{\A(.*)/([^/]*)\z}s;
		$f->{length_of_name} = length $name;
		$f->{parent} = $dir{$above eq '' && $name ne '' ? '/' : $above};
		$dir{$path} = $f->{qpath};
		$at{$f->{qpath}} = {name => $name, shape => $f};
	}
	return \%at;
}

# bytes_of(LINE, KEY) -> a name as it is in the image.
sub bytes_of
{
	my ($l, $key) = @_;
	return defined $l->{"${key}_hex"} ? pack('H*', $l->{"${key}_hex"}) : utf8_of($l->{$key});
}

sub utf8_of
{
	my ($s) = @_;
	utf8::encode($s);
	return $s;
}

# order(SHAPE) -> for each directory the qids of its entries, as their keys are ordered.
sub order
{
	my ($at) = @_;
	my %in;
	push @{$in{$at->{$_}{shape}{parent} // -1}}, $_ for keys %$at;
	for (values %in) {
		@$_ = sort { length $at->{$a}{name} <=> length $at->{$b}{name} or $at->{$a}{name} cmp $at->{$b}{name} } @$_;
	}
	return \%in;
}

sub labels
{
	my %r = run($dump, 'snaps', '--json', shift);
	return [map { {snap => $_->{snap}, label => bytes_of($_, 'name')} } grep { $_->{type} eq 'label' } jsonl($r{out})];
}

sub users
{
	my ($img) = @_;
	my %r = run($dump, 'users', '--json', $img);
	return [jsonl($r{out})];
}

# hidden(NAME, LABEL...): all names that the server tells are gone, and trees are what they were.
sub hidden
{
	my ($name, @only) = @_;
	my $img = image($name);
	my $manifest = manifest($name);
	my %names;

	packed("$name hidden", $img, '--hide-names');
	same_check("$name hidden", $img, 0);
	for my $l (keys %{$manifest->{labels}}) {
		$names{utf8_of($l)} = 1;
		my $in = $manifest->{labels}{$l};
		for my $e (ref $in eq 'ARRAY' ? @$in : @{$in->{entries} // []}) {
			$names{$_} = 1 for split m{/}, utf8_of($e->{path});
			$names{utf8_of($_)} = 1 for grep { defined } @$e{qw(uid gid muid)};
		}
	}
	my $stay = $name =~ /\A(?:A|BE)-/ ? builtin() : {};
	# Replacements may look like names of one letter that repeats.
	my @names = grep { length >= 3 && !$fixed{$_} && !$stay->{$_} && !/\A(.)\1*\z/s } keys %names;
	cmp_ok(scalar @names, '>', 3, "$name: there are names to hide");
	is(first_few(contains(unpacked(), @names)), undef, "$name: no name is left");

	my @labels = map { labels($_) } $img, $out;
	is_deeply([map { $_->{snap} } @{$labels[1]}], [map { $_->{snap} } @{$labels[0]}], "$name: labels in the same order");
	cmp_ok(scalar @{$labels[0]}, '>', 0, "$name: there are labels");
	my ($same, $shapes, $orders) = (0, 0, 0);
	for my $i (0 .. $#{$labels[0]}) {
		my @l = map { $_->[$i]{label} } @labels;
		next if @only && !grep { $_ eq $l[0] } @only;
		my ($was, $is) = (shape($img, $l[0]), shape($out, $l[1]));
		$same += grep { $was->{$_}{name} ne '' && !$fixed{$was->{$_}{name}} && $is->{$_}{name} eq $was->{$_}{name} } keys %$is;
		$shapes += differs([map { $was->{$_}{shape} } sort keys %$was], [map { $is->{$_}{shape} } sort keys %$is]);
		$orders += differs(order($was), order($is));
	}
	is($same, 0, "$name: no entry has its old name");
	is($shapes, 0, "$name: entries are the same but for their names");
	is($orders, 0, "$name: keys have the same order");
	is_deeply([map { $_->{id} } @{users($out)}], [map { $_->{id} } @{users($img)}], "$name: numbers of users");
}

# contains(BYTES, NAME...) -> those of the names, of 3 bytes at least, that are in there.
sub contains
{
	my ($all, @names) = @_;
	my (%by, %found);

	push @{$by{substr $_, 0, 3}}, $_ for @names;
	my $any = join '|', map { quotemeta } sort keys %by or return;
	while ($all =~ /(?=($any))/g) {
		my $at = pos $all;
		$found{$_} = 1 for grep { substr($all, $at, length $_) eq $_ } @{$by{$1}};
	}
	return sort keys %found;
}

# Users that those servers know without a file are nowhere in the image.
sub builtin
{
	return {map { $_ => 1 } qw(tor glenda sys map doc upas font bootes)};
}

sub differs
{
	my ($x, $y) = map { JSON::PP->new->canonical->encode($_) } @_;
	return $x ne $y;
}

# What was hidden can be hidden, and labels keep the names by which snapshots are found.
sub again
{
	packed('small hidden', image('small'), '--hide-names');
	my %r = run($dump, 'super', '--json', $out);
	ok($_->{metadata_only} && $_->{names_hidden}, 'super --json: names are hidden') for jsonl($r{out});
	rename $out, "$tmp/first.zst";
	%r = run($pack, '-m', '--hide-names', '--json', "$tmp/first.zst", '-o', $out);
	is(complaint(\%r), undef, 'hidden twice');
	my ($line) = jsonl($r{out});
	ok($line->{metadata_only} && $line->{names_hidden} && $line->{names} > 40, 'hidden twice: the summary');
	same_check('hidden twice', "$tmp/first.zst", 0);
	%r = run($pack, '-q', '-j', 1, '-m', '--hide-names', "$tmp/first.zst", '-o', "$tmp/one.zst");
	ok(same_bytes($out, "$tmp/one.zst"), 'the number of threads does not matter');
}

# ---- damage ----

sub write_at
{
	my ($file, $at, $bytes) = @_;
	open(my $fh, '+<:raw', $file) or die "$file: $!\n";
	sysseek($fh, $at, 0) && syswrite($fh, $bytes) == length $bytes && close $fh or die "$file: $!\n";
}

sub root_of
{
	my ($img, $label) = @_;
	my %r = run($dump, 'tree', '--json', '--depth', 1, $img, $label);
	return (jsonl($r{out}))[0]{ptr}{addr};
}

sub damaged_node
{
	my $img = image_copy(image('small'), "$tmp/damaged.img");
	write_at($img, root_of($img, 'main') + 9000, 'X');
	packed('damaged node', $img);
	same_check('damaged node', $img, 1);
	for my $o ('--hide-names', '--clear') {
		unlink $out;
		my %r = run($pack, '-m', $o, $img, '-o', $out);
		is(complaint(\%r, 1), undef, "damaged node, $o: refused");
		like($r{err}, qr/\Agefs-pack: [^\n]*has errors \([0-9]+\)[^\n]*the first: [^\n]*hash is[^\n]*\n\z/, "$o: says why");
		ok(!-e $out, "$o: nothing written");
	}
}

# A block that should be a node, and now is what a font begins with: nobody knows whose it is.
sub contents_in_a_node
{
	my $img = image_copy(image('small'), "$tmp/font.img");
	write_at($img, root_of($img, 'main'), pack('n*', 1, 0, 9, 128) . 'a private font' x 900);
	my %r = run($pack, '-m', '--json', $img, '-o', $out);
	is(complaint(\%r, 4), undef, 'contents in the place of a node: exit status');
	like($r{err}, qr/left out 1 blocks that should be metadata/, 'contents in the place of a node: told');
	is((jsonl($r{out}))[0]{doubtful_blocks}, 1, 'contents in the place of a node: counted');
	ok(unpacked() !~ /private/, 'contents in the place of a node are left out');
	my @codes = map { [map { $_->{code} } @{(findings(@$_))[0]}] } [$img, '--no-data'], [$out];
	is_deeply($codes[1], $codes[0], 'contents in the place of a node: the same findings');
}

sub bad_super
{
	my $img = image_copy(image('small'), "$tmp/super.img");
	write_at($img, 80, 'X');
	packed('bad superblock', $img);
	same_check('bad superblock', $img, 1);
	packed('bad superblock, hidden', $img, '--hide-names');
	same_check('bad superblock, hidden', $img, 0);
}

sub options
{
	for (['--all', qr/--all and --metadata/, '-m'], ['--hide-names', qr/--hide-names goes with --metadata/],
		['--clear', qr/--clear goes with --metadata/], ['-m', qr/with -d only/, '-d'])
	{
		my ($o, $why, @arg) = @$_;
		my %r = run($pack, @arg, $o, image('small'), '-o', $out);
		is(complaint(\%r, 2), undef, "$o: wrong usage");
		like($r{err}, $why, "$o: says why");
	}
	my %r = run($pack, '-m', '--hide-names', image('B-asis'), '-o', $out);
	is(complaint(\%r, 1), undef, 'names of a version that is not known: refused');
	like($r{err}, qr/only the block layer is known/, 'names of a version that is not known: says why');
	%r = run($pack, '-h');
	cmp_ok(($r{out} =~ tr/\n//), '<=', 24, '--help fits on a screen');
	is((grep { length > 80 } split /\n/, $r{out}), 0, '--help: no line is too long');
}
