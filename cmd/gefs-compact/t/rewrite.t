#!/usr/bin/perl
# gefs-compact -o: whatever is sound is rewritten without loss, as another sound image, and always to the same bytes.
#
#   prove cmd/gefs-compact/t/rewrite.t :: small snaps      only some images

use strict;
use warnings;
no warnings 'portable';		# hex numbers above 32 bits
use File::Basename qw(dirname);
use File::Spec;
use File::Temp;
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsWriting qw(flip_byte);

my ($compact, $check, $dump) = map { tool($_) } qw(gefs-compact gefs-check gefs-dump);
my $slow = build_dir() =~ /asan/;
my $dir = File::Temp->newdir(DIR => roomy());
my $out = "$dir/out.img";

# Cannot be rewritten: damaged by the server's grow option; a file of an old snapshot was overwritten by the server;
# nothing is known but the block layer.
my %REFUSED = (
	'grown-bug' => qr/the image has errors \(1\).*the disk was grown/,
	'A-snapgen' => qr/data block 0x[0-9a-f]+ \(file \/f09, offset 0x0, in snapshot s4\): used again/,
	map { $_ => qr/only the block layer is known/ } grep { /^B-/ } images(),
);
# With sanitizers, what is long to read or like others is left out.
my %SLOW = map { $_ => 1 } qw(small snaps autosnap-real snaps-main-deleted fullish empty-min config sparse A-small A-snaps
    A-crash1 BE-snaps A-snapgen grown-bug B-asis);

for my $name (chosen(images())) {
	next if $slow && !$SLOW{$name};
	subtest $name => sub { $REFUSED{$name} ? test_refused($name) : test_image($name) };
}
unless (@ARGV) {
	subtest 'chosen labels' => \&test_labels;
	subtest 'sizes' => \&test_sizes;
	subtest 'threads and streams' => \&test_streams;
	subtest 'damaged data' => \&test_damaged;
	subtest 'what is written over' => \&test_targets;
	subtest 'reports' => \&test_reports;
}
done_testing();

# ---- the corpus ----

sub test_refused
{
	my ($name) = @_;
	my %r = run($compact, '-o', $out, image($name));
	is($r{status}, 1, 'refused');
	like($r{err}, $REFUSED{$name}, 'with the reason');
	is_deeply([leftovers()], [], 'nothing is left behind');
}

sub test_image
{
	my ($name) = @_;
	my $img = image($name);
	rewritten('rewrite', $img) or return;
	sound($out);
	is_deeply([snaps($out)], [snaps($img)], 'labels and snapshots');
	is_deeply([different_files($img, $out, snap_names($img))], [], 'files');
	return if $name =~ /^crash-pt/;	# much alike
	my $again = "$dir/again.img";
	my %r = run($compact, '-q', '-j1', '-o', $again, $out);
	is(complaint(\%r), undef, 'rewrite of the rewrite');
	same($out, $again, 'is the same again');
	unlink $out, $again;
}

# ---- options ----

# Every label alone, and some together.
sub test_labels
{
	for my $name (qw(snaps snaps-main-deleted autosnap-real manysnaps A-snaps), $slow ? () : 'BE-snaps') {
		my $img = image($name);
		my @labels = map { $_->{name} } grep { $_->{type} eq 'label' } lines('snaps', $img);
		my @sets = map { [$_] } some($name eq 'snaps' ? 9 : 3, @labels);
		push @sets, [some(2, @labels)], [some(5, @labels)], [some(9, reverse @labels)];
		@sets = some(3, @sets) if $slow;
		for my $set (@sets) {
			rewritten("$name: @$set", $img, map { (-s => $_) } @$set) or next;
			sound($out, "$name: @$set");
			my %want = map { $_ => 1 } @$set, $name =~ /^(?:A|BE)-/ ? 'main' : qw(adm empty);
			is_deeply([sort map { $_->{name} } grep { $_->{type} eq 'label' } lines('snaps', $out)],
			    [sort keys %want], 'labels');
			is_deeply([different_files($img, $out, @$set)], [], 'files');
			is_deeply([odd_links($out)], [], 'records') unless $name =~ /^(?:A|BE)-/;
		}
	}
	my %r = run($compact, '-o', $out, '-s', 'nosuch', image('small'));
	is($r{status}, 1, 'an unknown label');
	like($r{err}, qr/there is no label "nosuch"/, 'is named');
}

sub test_sizes
{
	for my $name (qw(snaps A-small), $slow ? () : qw(fullish bulk)) {
		my $img = image($name);
		my $size = -s $img;
		rewritten("$name: twice the size", $img, '--size', 2 * $size) or next;
		is(-s $out, 2 * $size, 'size');
		sound($out);
		same_files($img);
		rewritten("$name: odd size", $img, '--size', $size + 5003);
		is(-s $out, $size + 5003, 'size');
		sound($out);
		rewritten("$name: min", $img, '--size', 'min');
		my $min = -s $out;
		sound($out);
		same_files($img);
		ok($min <= $size, 'not larger');
		my %r = run($compact, '-o', $out, '--size', $min - 1, $img);
		is($r{status}, 1, 'a byte less is too small');
		like($r{err}, qr/it needs $min at least/, 'and the right size is named');
	}
}

sub test_streams
{
	my $img = image('snaps-main-deleted');
	rewritten('file', $img);
	for my $jobs (1, 4) {
		my $other = "$dir/other.img";
		my %r = run($compact, '-q', "-j$jobs", '-o', $other, $img);
		is(complaint(\%r), undef, "$jobs threads");
		same($out, $other, 'the same bytes');
		%r = run('sh', '-c', '"$1" -q -j"$2" -o - "$3" > "$4"', 'sh', $compact, $jobs, $img, $other);
		is(complaint(\%r), undef, 'as a stream');
		same($out, $other, 'the same bytes');
	}
	my %r = run('sh', '-c', '"$1" -q -o - "$2" > /dev/full', 'sh', $compact, $img);
	is($r{status}, 1, 'a full disk');
	like($r{err}, qr/standard output: cannot write: No space left/, 'is told');
	unlink $out, "$dir/other.img";

	# Interrupted at some moment, it leaves a whole image or nothing.
	for my $seconds (0.01, 0.05, 0.1) {
		%r = run('timeout', '--preserve-status', '-s', 'INT', $seconds, $compact, '-o', $out, image($slow ? 'snaps' : 'bulk'));
		my @left = leftovers();
		ok(!@left || ("@left" eq 'out.img' && $r{status} == 0), "interrupted after $seconds s")
		    or diag("@left, status $r{status}: $r{err}");
		unlink $out;
	}
}

# A wrong byte in a file's block: named, and nothing is left.
sub test_damaged
{
	my $img = image_copy(image('small'), "$dir/damaged.img");
	my ($r) = grep { $_->{key_hex} =~ /^00/ } map { @{$_->{records} // []} } lines('tree', $img, 'main');
	my ($qid, $offset) = map { hex } $r->{key_hex} =~ /^00(.{16})(.{16})$/;
	my $addr = hex substr $r->{value_hex}, 0, 16;
	my ($file) = grep { $_->{qpath} == $qid } lines('files', $img);
	flip_byte($img, $addr + 5);
	my %r = run($compact, '-o', $out, $img);
	is($r{status}, 1, 'refused');
	utf8::decode($r{err});
	my $where = sprintf 'data block 0x%x (file %s, offset 0x%x, in snapshot main): hash is', $addr, $file->{path}, $offset;
	like($r{err}, qr/\Q$where\E [0-9a-f]{16}, expected/, 'with block, path and snapshot');
	is_deeply([leftovers()], ['damaged.img'], 'nothing is left behind');
	unlink $img;
}

sub test_targets
{
	my $img = image_copy(image('empty-min'), "$dir/in.img");
	my %r = run($compact, '-o', $img, $img);
	is($r{status}, 1, 'over itself');
	like($r{err}, qr/is the image itself/, 'refused');
	symlink 'in.img', "$dir/link" or die;
	%r = run($compact, '-o', "$dir/link", $img);
	like($r{err}, qr/is the image itself/, 'also through a link');
	for my $odd ($dir, '/dev/null') {
		%r = run($compact, '-o', $odd, $img);
		is($r{status}, 1, "over $odd");
		like($r{err}, qr/no regular file/, 'refused');
	}
	%r = run($compact, '-o', "$dir/nowhere/x", $img);
	is($r{status}, 1, 'in a directory that does not exist');
	same($img, image('empty-min'), 'the image is untouched');

	open my $f, '>', $out or die;
	print $f 'precious';
	close $f;
	chmod 0640, $out or die;
	%r = run($compact, '-o', $out, '--size', '1M', $img);
	is($r{status}, 1, 'a failure');
	is(-s $out, 8, 'leaves an old file alone');
	rewritten('over an old file', $img);
	is((stat $out)[2] & 0777, 0640, 'whose permissions stay');
	sound($out);
	unlink $out;
	symlink 'real.img', $out or die;
	open $f, '>', "$dir/real.img" or die;
	close $f;
	rewritten('through a link', $img);
	ok(-l $out && -s "$dir/real.img" == -s $img, 'writes what it leads to');
	is_deeply([leftovers()], [qw(in.img link out.img real.img)], 'nothing else is left behind');
	unlink map { "$dir/$_" } leftovers();
}

sub test_reports
{
	my $img = image('snaps');
	my %r = run($compact, '--json', '-o', $out, $img);
	my ($l) = jsonl($r{out});
	is_deeply([@$l{qw(type image output failure format size old_size block_size snapshots labels)}],
	    ['rewrite', $img, $out, undef, 'gefs9.00', -s $img, -s $img, 16384, 27, 27], 'a line of JSON');
	my ($s) = grep { $_->{type} eq 'summary' } do { my %c = run($check, '--json', $out); jsonl($c{out}) };
	is($l->{nodes} + $l->{data} + $l->{deadlists} + 8, $s->{blocks}, 'blocks are those that are verified, but logs');
	my $used = 0;
	$used += $_->{used} for grep { defined $_->{arena} } lines('arenas', $out);
	is($l->{used}, $used, 'used');
	%r = run($compact, '--json', '-o', $out, '--size', '1M', $img);
	($l) = jsonl($r{out});
	like($l->{failure}, qr/needs 134234112 at least/, 'a failure in JSON');
	is($r{status}, 1, 'and in the status');
	%r = run($compact, '-o', $out, $img);
	like($r{out}, qr/512\.0 MiB, .* used\n\d+ blocks of file data/, 'text');
	%r = run($compact, '-q', '-o', $out, $img);
	is($r{out} . $r{err}, '', 'quiet');
	%r = run($compact, '--json', '-o', '-', $img);
	is($r{status}, 2, 'JSON and image on one stream');
	unlink $out;
}

# ---- helpers ----

# Memory, where there is enough: each new image is synced, which takes disks long.
sub roomy
{
	my %r = run(qw(df -Pk /dev/shm));
	my (undef, $line) = split /\n/, $r{out};
	my $free = (split ' ', $line // '')[3] // 0;
	return $free > 4 << 20 && -w '/dev/shm' ? '/dev/shm' : File::Spec->tmpdir;
}

# Rewrites to $out.
sub rewritten
{
	my ($what, $img, @args) = @_;
	my %r = run($compact, '-q', '-o', $out, @args, $img);
	return is(complaint(\%r), undef, $what);
}

# Without errors, leaks, or doubts about blocks and logs.
sub sound
{
	my ($img, $what) = @_;
	my %r = run($check, '--json', $img);
	is(complaint(\%r), undef, 'sound') or diag($what // ());
	my @bad = grep { /^(?:leak|log-|arena-|super-|dead|released|root-differ|node-(?!only-child))/ } map { $_->{code} // () } jsonl($r{out});
	is_deeply(\@bad, [], 'without leaks');
}

sub lines
{
	my %r = run($dump, '--json', @_);
	return jsonl($r{out});
}

# Labels and records, but for addresses and hashes.
sub snaps
{
	my ($img) = @_;
	my @l = lines('snaps', $img);
	for (grep { $_->{root} } @l) {
		$_->{root} = $_->{root}{gen};
	}
	return @l;
}

# A name for each snapshot; not all where there are many.
sub snap_names
{
	my ($img) = @_;
	my @all = map { $_->{labels}[0] // $_->{id} } grep { $_->{type} eq 'snap' } lines('snaps', $img);
	return some($slow ? 3 : 30, @all);
}

# At most n of a list, evenly.
sub some
{
	my ($n, @l) = @_;
	return @l if @l <= $n;
	return map { $l[int($_ * $#l / ($n - 1))] } 0 .. $n - 1;
}

# Names of snapshots whose files differ. Longer ones are nothing but holes, which take long to hash.
sub different_files
{
	my ($old, $new, @snaps) = @_;
	return grep {
		my $snap = $_;
		my ($x, $y) = map { { run($dump, 'files', '--json', '--sha256', '--max-hash', '64M', $_, $snap) } } $old, $new;
		$x->{status} || $y->{status} || $x->{out} ne $y->{out};
	} @snaps;
}

sub same_files
{
	my ($img) = @_;
	is_deeply([different_files($img, $out, 'main')], [], 'files');
}

# Links and counts of records that do not agree with what is there.
sub odd_links
{
	my ($img) = @_;
	my %snap = map { $_->{id} => $_ } grep { $_->{type} eq 'snap' } lines('snaps', $img);
	my (%children, @odd);
	$children{$_->{pred}}++ for grep { $_->{pred} != $_->{id} } values %snap;
	for my $s (values %snap) {
		push @odd, "$s->{id}: nref $s->{nref}" if $s->{nref} != ($children{$s->{id}} // 0);
		push @odd, "$s->{id}: nlbl $s->{nlbl}" if $s->{nlbl} != @{$s->{labels}};
		push @odd, "$s->{id}: pred $s->{pred}" unless $snap{$s->{pred}};
		push @odd, "$s->{id}: succ $s->{succ}" if defined $s->{succ} && ($snap{$s->{succ}}{pred} // -1) != $s->{id};
	}
	return @odd;
}

sub same
{
	my ($x, $y, $what) = @_;
	my %r = run('cmp', $x, $y);
	return is(complaint(\%r), undef, $what);
}

sub leftovers
{
	opendir my $d, "$dir" or die;
	return sort grep { !/^\.\.?$/ } readdir $d;
}
