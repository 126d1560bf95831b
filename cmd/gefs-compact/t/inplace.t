#!/usr/bin/perl
# gefs-compact in place: options, messages, refusals, JSON, undo files, locks.

use strict;
use warnings;
use Fcntl qw(:flock);
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsEdit qw(edit);
use GefsTest qw(:all);
use GefsWriting qw(stamp untouched patch);

my $compact = tool('gefs-compact');
my $undo = tool('gefs-undo');
my $check = tool('gefs-check');
my $dump = tool('gefs-dump');
my $tmp = tempdir(CLEANUP => 1);
my $img = "$tmp/it.img";
my $blksz = 16384;

texts();
json();
quiet();
options();
dry_run();
one_arena();
mending();
refusals();
undo_files();
locks();
reclaim();
guessed_version();
no_room();
help();
done_testing();

sub fresh
{
	my ($name) = @_;
	image_copy(image($name), $img);
	unlink glob "$img.*";
	stamp($img);
}

# refused(NAME, STATUS, LIKE, ARG...): and there is no undo file.
sub refused
{
	my ($name, $status, $like, @arg) = @_;
	GefsWriting::refused($name, $status, $like, $img, $compact, @arg);
	ok(!-e "$img.undo", "$name: no undo file");
}

sub texts
{
	fresh('churn-longlog2');
	my %r = run($compact, $img);
	is(complaint(\%r), undef, 'in place');
	is($r{err}, '', 'nothing on standard error');
	my @l = split /\n/, $r{out};
	like($l[0], qr/^arena 0: log of 18 -> 1 blocks, 36098 -> 159 entries; 272\.0 KiB won$/, 'each arena');
	like($l[8], qr/^\Q$img\E: 8 logs of 143 -> 8 blocks; 2\.1 MiB won$/, 'the sum');
	is($l[9], "To undo this: gefs-undo $img.undo $img", 'how to undo it');
	is((stat "$img.undo")[2] & 0777, 0600, 'the undo file is for nobody else');
	unlink "$img.undo";
	%r = run($compact, '-v', $img);
	like($r{out}, qr/^arena 0: log of 1 blocks, 159 entries: left as it is$/m, '-v tells of the others');
	like($r{out}, qr/^\Q$img\E: nothing to do$/m, 'a second time');
}

sub json
{
	fresh('small');
	my %r = run($compact, '--json', $img);
	my @l = jsonl($r{out});
	is(scalar @l, 9, 'JSON: eight arenas and a summary');
	is_deeply($l[0], {type => 'arena', arena => 0, changed => JSON::PP::true, no_room => JSON::PP::false,
		blocks_before => 1, blocks_after => 1, entries_before => 5, entries_after => 5,
		free_before => $l[0]{free_before}, free_after => $l[0]{free_before}, reclaimed => 0,
		header_mended => [JSON::PP::false, JSON::PP::false]}, 'JSON: an arena');
	is_deeply($l[8], {type => 'summary', image => $img, format => 'gefs9.00', dry_run => JSON::PP::false,
		changed => JSON::PP::true, logs => 8, blocks_before => 8, blocks_after => 8, won => 0, reclaimed => 0,
		written => 26, super_mended => [JSON::PP::false, JSON::PP::false], undo => "$img.undo"}, 'JSON: the summary');
	%r = run($compact, '--json', "$tmp/missing");
	is($r{status}, 1, 'JSON: a failure');
	like((jsonl($r{out}))[0]{failure}, qr/No such file/, 'JSON: says why');
}

sub quiet
{
	fresh('small');
	my %r = run($compact, '-q', $img);
	is(complaint(\%r), undef, '--quiet');
	is($r{out} . $r{err}, '', '--quiet says nothing');
	fresh('small');
	%r = run($compact, '--progress', $img);
	is(complaint(\%r), undef, '--progress');
}

sub options
{
	fresh('small');
	refused('no arena', 1, qr/there is no arena 8: the image has 8/, '--arena', 8, $img);
	refused('arena no number', 2, qr/--arena: "x" is no number of an arena/, '-a', 'x', $img);
	refused('undo twice', 2, qr/--undo and --no-undo exclude each other/, '--undo', "$tmp/u", '--no-undo', $img);
	refused('two images', 2, qr/one image at a time/, $img, $img);
	my $inside = "$tmp/disk";
	run('sh', '-c', "head -c 1048576 /dev/zero >$inside && cat $img >>$inside");
	my %r = run($compact, '-q', '--no-undo', '--offset', '1M', $inside);
	is(complaint(\%r), undef, '--offset');
	%r = run($check, '-q', '--offset', '1M', $inside);
	is(complaint(\%r), undef, '--offset: sound');
	%r = run('cmp', '-n', 1048576, $inside, '/dev/zero');
	is(complaint(\%r), undef, '--offset: nothing before it is touched');
	unlink $inside;
}

sub dry_run
{
	fresh('small');
	my %dry = run($compact, '-n', $img);
	is(complaint(\%dry), undef, 'dry run');
	untouched($img, 'dry run');
	chmod 0444, $img;
	%dry = run($compact, '-n', $img);
	is(complaint(\%dry), undef, 'dry run on a file that is read-only');
	chmod 0644, $img;
	my %r = run($compact, $img);
	$r{out} =~ s/^To undo.*\n//m;
	$dry{out} =~ s/would write //;
	is($dry{out}, $r{out}, 'dry run: the same report');
}

sub one_arena
{
	fresh('churn-longlog2');
	my %r = run($compact, '--arena', 3, $img);
	is(complaint(\%r), undef, 'one arena');
	like($r{out}, qr/: 1 log of 18 -> 1 blocks; /, 'one arena: only that');
	%r = run($dump, 'arenas', '--json', $img);
	my @blocks = map { $_->{log_blocks} // () } jsonl($r{out});
	is("@blocks[0 .. 7]", '18 18 18 1 18 18 18 17', 'one arena: the others are as before');
}

sub mending
{
	fresh('crash-pt-super-3-50');
	my %r = run($compact, $img);
	is(complaint(\%r), undef, 'mending');
	like($r{out}, qr/^arena 0: (?:first|second) header copy made like the (?:first|second) one$/m, 'mending: headers');
	like($r{out}, qr/^superblock at 0x0: made like the one in use$/m, 'mending: superblocks');
	fresh('A-torn3');
	%r = run($compact, $img);
	like($r{out}, qr/^arena 0: header made to agree with the last one$/m, 'mending: root data in headers');
}

sub refusals
{
	fresh('grown-bug');
	refused('errors', 1, qr/the image has 1 error: super-arena-hash-grown: .*gefs-check/, $img);
	fresh('small');
	patch($img, snap_root() + 100, 'xxxx');
	refused('a damaged tree', 1, qr/the image has \d+ errors?: .*node-hash/, $img);
	fresh('small');
	truncate($img, (-s $img) - 2 * 1048576) or die "$img: $!\n";
	stamp($img);
	refused('a short device', 1, qr/arena-size: arena 7/, $img);
	refused('a folder', 1, qr/is a directory/, $tmp);
	fresh('small');
	patch($img, $_, 'gefs8.00') for 0, (-s $img) - $blksz;
	refused('an unknown version', 1, qr/version "gefs8\.00" is not supported/, $img);
	fresh('crash-pt-super-7-300');
	refused('--super that is older', 1, qr/superblock at 0x8000000 is not the one that counts: .*leave out --super/, '--super', 1, $img);
	fresh('crash-pt-super-3-50');
	refused('--super that is not good', 1, qr/there is no good superblock/, '--super', 0, $img);
	SKIP: {
		skip 'root may write everything', 5 if $> == 0;
		chmod 0444, $img;
		refused('a read-only file', 1, qr/cannot be opened for writing: Permission denied/, $img);
	}
}

sub snap_root
{
	my %r = run($dump, 'super', '--json', $img);
	my ($root) = map { $_->{snap_root} // () } jsonl($r{out});
	return $root;
}

sub undo_files
{
	fresh('small');
	my $mine = "$tmp/mine.undo";
	my %r = run($compact, '--undo', $mine, $img);
	is(complaint(\%r), undef, '--undo');
	ok(-e $mine && !-e "$img.undo", '--undo: there and nowhere else');
	%r = run($undo, $mine, $img);
	ok(same_bytes($img, image('small')), '--undo: puts everything back');
	stamp($img);
	%r = run($compact, '--undo', $mine, $img);
	is($r{status}, 1, 'an undo file that exists');
	like($r{err}, qr/exists already: .*gefs-undo "\Q$mine\E" IMAGE puts the image back/, 'an undo file that exists: what to do');
	untouched($img, 'an undo file that exists');
	%r = run($compact, '--undo', "$tmp/no/such", $img);
	like($r{err}, qr/cannot make the undo file.*No such file/, 'an undo file that cannot be made');
	untouched($img, 'an undo file that cannot be made');
	%r = run('sh', '-c', "trap '' XFSZ; ulimit -f 2; exec $compact $img");
	is($r{status}, 1, 'no space for the undo file');
	like($r{err}, qr/cannot write the undo file/, 'no space for the undo file: says so');
	untouched($img, 'no space for the undo file');
	ok(!-e "$img.undo", 'no space for the undo file: none is left behind');
	%r = run($compact, '--no-undo', $img);
	is(complaint(\%r), undef, '--no-undo');
	unlike($r{out}, qr/undo/, '--no-undo: not spoken of');
	ok(!-e "$img.undo", '--no-undo: none');
}

sub locks
{
	fresh('small');
	open(my $fh, '<', $img) or die "$img: $!\n";
	flock($fh, LOCK_EX) or die "flock: $!\n";
	refused('locked', 1, qr/is in use: locked by another process/, $img);
	my %r = run($compact, '-n', $img);
	is(complaint(\%r), undef, 'a dry run does not mind locks');
	close $fh;
	%r = run($compact, $img);
	is(complaint(\%r), undef, 'and then not any more');
}

sub leaked
{
	my %r = run($check, '--json', $img);
	my ($sum) = reverse jsonl($r{out});
	return ($sum->{leaked_bytes}, $sum->{errors});
}

sub reclaim
{
	for my $name ('crash-kill1', 'A-crash1') {
		fresh($name);
		my ($before) = leaked();
		ok($before > 0, "reclaim $name: there are leaks");
		my %r = run($compact, '--reclaim', '--json', $img);
		is(complaint(\%r), undef, "reclaim $name");
		my ($sum) = reverse jsonl($r{out});
		is($sum->{reclaimed}, $before, "reclaim $name: all of them");
		is(join(' ', leaked()), '0 0', "reclaim $name: none are left, and no errors");
		unlink "$img.undo";
		%r = run($compact, '-r', $img);
		like($r{out}, qr/nothing to do/, "reclaim $name: a second time");
	}
	# Damaged contents matter to this alone.
	fresh('small');
	patch($img, 0x5fec000, 'damage');
	refused('reclaim of an image with damaged contents', 1, qr/data-hash/, '-r', $img);
	my %r = run($compact, $img);
	is(complaint(\%r), undef, 'without it, contents are not looked at');
}

sub guessed_version
{
	fresh('B-defer');
	refused('gefs-2023', 1, qr/say --format gefs-2023/, $img);
	my %r = run($compact, '--format', 'gefs-2023', $img);
	is(complaint(\%r), undef, 'gefs-2023, named');
	%r = run($dump, 'log', '--format', 'gefs-2023', '--json', $img);
	my @a0 = grep { ($_->{arena} // -1) == 0 } jsonl($r{out});
	is(join(' ', map { $_->{op} } @a0[-4 .. -1]), 'free chain block end', 'gefs-2023: an empty block at the end');
	stamp($img);
	unlink "$img.undo";
	refused('gefs-2023, reclaim', 1, qr/what is leaked is not known/, '--format', 'gefs-2023', '-r', $img);
}

# An arena that is full: a new log has nowhere to go.
sub no_room
{
	fresh('small');
	my %r = run($dump, 'free', '--json', $img);
	my ($arena) = jsonl($r{out});
	my $all = join ',', map { "alloc:$_->[0]:$_->[1]" } @{$arena->{ranges}};
	edit($img, "-r append log[0,0] $all");
	%r = run($compact, '--json', $img);
	is(complaint(\%r), undef, 'no room: the others are compacted');
	is($r{err}, "gefs-compact: $img: arena 0 has no room for a new log: left as it is\n", 'no room: says so');
	my @l = jsonl($r{out});
	ok($l[0]{no_room} && !$l[0]{changed}, 'no room: JSON says so');
	is($l[-1]{logs}, 7, 'no room: the others');
}

sub help
{
	my %r = run($compact, '--help');
	my @l = split /\n/, $r{out};
	ok(@l <= 24, 'help fits a screen');
	is(scalar(grep { length > 80 } @l), 0, 'and its lines fit');
}
