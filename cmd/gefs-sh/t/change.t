#!/usr/bin/perl
# Changing an image from scripts: what is written and when, what is refused, what can be taken back, and what a script that
# went wrong says.

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp ();
use IPC::Open2 qw(open2);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

my $sh = tool('gefs-sh');
my $dir = File::Temp->newdir('gefs-change-XXXXXX', TMPDIR => 1);
my $img = "$dir/x.img";
my $QID = 'set super.nextqid';

subtest 'nothing before commit' => \&test_pending;
subtest 'commit, check, undo' => \&test_undo;
subtest 'what is refused' => \&test_refused;
subtest 'errors that were there before' => \&test_damaged;
subtest 'another file by the same name' => \&test_replaced;
subtest 'a disk that is full' => \&test_full;
subtest 'a commit that fails half-way' => \&test_halfway;
subtest 'no image any more' => \&test_rootless;
subtest 'copies made alike' => \&test_copies;
subtest 'older versions' => \&test_older;
subtest 'scripts' => \&test_scripts;
done_testing();

sub fresh
{
	unlink glob "$dir/*";
	image_copy(image($_[0] // 'small'), $img);
}

# shell(STATUS, NAME, OPTIONS..., SCRIPT) -> standard output, standard error
sub shell
{
	my ($status, $name, @arguments) = @_;
	my $script = pop @arguments;
	my %r = run($sh, @arguments, '-c', $script, $img);
	is($r{status}, $status, "$name: exit status $status") or diag($r{out}, $r{err});
	return @r{qw(out err)};
}

sub bytes { my %r = run('sha256sum', $_[0]); return substr $r{out}, 0, 64 }

sub sound
{
	my %r = run(tool('gefs-check'), '-q', $img);
	return $r{status} == 0;
}

sub test_pending
{
	fresh();
	my $before = bytes($img);
	my ($out) = shell(1, 'a script without commit', '-w', "set expert on; $QID 77; rehash; print super.nextqid; diff-changes -q");
	like($out, qr/^    80  nextqid          77$/m, 'is seen by the commands that follow');
	is(() = $out =~ /^block 0x/mg, 2, 'two blocks are changed');
	is(bytes($img), $before, 'nothing is written');
	my (undef, $err) = shell(1, 'the same again', '-w', "set expert on; $QID 77");
	like($err, qr/what was changed in 2 blocks was not committed, and is forgotten/, 'says what is forgotten');
	shell(0, 'abort', '-w', "set expert on; $QID 77; abort; commit");
	is(bytes($img), $before, 'nothing is written');
	is_deeply([glob "$dir/*"], [$img], 'and there is no undo file');
}

sub test_undo
{
	fresh();
	my $before = bytes($img);
	my ($out) = shell(0, 'commit', '-w', "set expert on; set main:/dir/len1.mode 0600; rehash; commit");
	like($out, qr/^4 blocks written; "undo" takes it back, or gefs-undo \S+x\.img\.undo \S+x\.img$/m, 'tells how to undo it');
	ok(sound(), 'the image is sound');
	isnt(bytes($img), $before, 'and changed');
	my %r = run(split ' ', ($out =~ /or (gefs-undo .*)$/m)[0] =~ s/^gefs-undo/tool('gefs-undo')/er);
	is(complaint(\%r), undef, 'that command undoes it');
	is(bytes($img), $before, 'byte for byte');

	fresh();
	($out) = shell(0, 'two commits, two undos', '-w',
		"set expert on; set rehash on; $QID 77; commit; $QID 78; commit; undo; print super.nextqid; undo; commit");
	like($out, qr/nextqid          77\n/, 'the last one comes first');
	is(bytes($img), $before, 'all is undone');
	is_deeply([glob "$dir/*"], [$img], 'and the undo files are gone');
	my (undef, $err) = shell(1, 'a third undo', '-k', '-w', "set expert on; $QID 77; rehash; commit; undo; undo");
	like($err, qr/there is no commit of this session left/, 'says so');
	(undef, $err) = shell(1, 'undo after --no-undo', '-k', '-w', "set expert on; $QID 77; rehash; commit -no-undo; undo");
	like($err, qr/the last commit kept nothing/, 'says so');
}

sub test_refused
{
	fresh();
	my $before = bytes($img);
	my @rows = (
		[1, '', "$QID 77", qr/changes are not allowed: start gefs-sh with -w/],
		[1, '-w', "$QID 77", qr/"set expert on" allows it/],
		[1, '-w', 'zap 0', qr/"set expert on" allows it/],
		[1, '-w', 'set expert on; set super.nothing 1', qr/there is no field "nothing" in a superblock/],
		[1, '-w', 'set expert on; set super.blksz 0x100000000', qr/blksz/],
		[1, '-w', 'set expert on; zap 0x4001', qr/0x4000/],
		[1, '-w', 'set expert on; zap 0x7fffc000', qr/beyond the end of the device/],
		[2, '-w', 'set expert on; insert main:root up:99 5', qr/"5" is a number/],
		[2, '-w', 'set expert on; fuzz super.qgen flip 64', qr/64 bits/],
		[2, '-w', 'set expert on; fuzz super.qgen random', qr/random SEED/],
		[2, '-w', 'set expert maybe', qr/on or off/],
		[1, '-w', "set expert on; set main:root.nval 3; commit", qr/these changes would make \d+ errors?, the first: .*; nothing was written/],
	);
	for my $row (@rows) {
		my ($status, $options, $script, $like) = @$row;
		my (undef, $err) = shell($status, $script, (split ' ', $options), $script);
		like($err, $like, 'says why');
	}
	is(bytes($img), $before, 'nothing was written');
	is_deeply([glob "$dir/*"], [$img], 'and no file was made');
}

# One of two faults can be mended without force.
sub test_damaged
{
	fresh();
	my ($out) = shell(0, 'two faults', '-w', 'set expert on; fuzz adm:root.byte[300] flip 0; set super.nextqid 5; rehash;'
		. ' fuzz adm:root.byte[301] flip 0; commit -f');
	ok(!sound(), 'the image is damaged');
	shell(0, 'one is mended', '-w', "set expert on; $QID 99; rehash; commit");
	ok(!sound(), 'the other one is still there');
}

sub test_replaced
{
	fresh();
	image_copy(image('small'), "$dir/other.img");
	my $before = bytes($img);
	my $pid = open2(my $from, my $to, $sh, '-k', '-w', $img);
	print $to "set expert on; $QID 77; rehash\n";
	$to->flush;
	like(scalar <$from>, qr/51 -> 77/, 'changed, and not committed yet');
	rename "$dir/other.img", $img or die;
	print $to "commit\n";
	close $to;
	waitpid $pid, 0;
	is($? >> 8, 1, 'a commit to a file that was replaced is refused');
	is(bytes($img), $before, 'and nothing is written');
	is_deeply([glob "$dir/*"], [$img], 'also no undo file');
}

# Where the undo file has no room, nothing is written.
sub test_full
{
	fresh();
	my $before = bytes($img);
	my (undef, $err) = shell(1, 'no room for the undo file', '-w', "set expert on; $QID 77; rehash; commit -u /dev/full");
	is(bytes($img), $before, 'nothing is written');
	(undef, $err) = shell(1, 'an undo file that is there', '-w', "set expert on; $QID 77; rehash; commit -u $img");
	like($err, qr/exists already/, 'is not overwritten');
	is(bytes($img), $before, 'nothing is written');
}

# The disk takes no writes behind its middle: the commit ends half-way, and the shell takes it back.
sub test_halfway
{
	fresh();
	my $before = bytes($img);
	my $script = 'set expert on; set main:/dir/len1.mode 0600; rehash; commit; undo; ls usr; diff-changes';
	my %r = run('sh', '-c', q(trap '' XFSZ; ulimit -f 262144; exec "$@"), 'sh', $sh, '-k', '-w', '-c', $script, $img);
	is($r{status}, 1, 'a commit that fails');
	like($r{err}, qr/commit: .*: File too large; the change is incomplete.*\n.*what was there is kept: "undo" puts it back/, 'says so');
	like($r{out}, qr/^\d blocks? put back from .*^bob\/\nshared\nnothing is changed$/ms, 'undo works at once');
	is(bytes($img), $before, 'byte for byte');
	is_deeply([glob "$dir/*"], [$img], 'the undo file is gone');
}

sub test_rootless
{
	fresh();
	my $before = bytes($img);
	my $zap = 'set expert on; zap super; zap 0xfffc000; commit -f';
	my ($out, $err) = shell(1, 'both superblocks are gone', '-k', '-w', "$zap; ls; block 0; undo; ls usr");
	like($err, qr/^gefs-sh: ls: no copy of the root data can be read/m, 'files cannot be listed');
	like($out, qr/^block 0x0, looks like data/m, 'blocks can be looked at');
	like($out, qr/^2 blocks put back.*^bob\/$/ms, 'undo brings all back');
	is(bytes($img), $before, 'byte for byte');
	my $super = unpack 'H*', do { open my $f, '<:raw', $img or die; read $f, my $b, 240; $b };
	shell(1, 'again', '-k', '-w', $zap);
	shell(0, 'a superblock written by hand', '-w', '--format', 'gefs9.00',
		"set expert on; set \@0.bytes[0,240] x:$super; copysuper 0; ls usr; commit");
	ok(sound(), 'makes it an image again');
}

sub test_copies
{
	fresh('crash-pt-super-3-50');
	my ($out) = shell(0, 'a superblock that a crash has torn', '-w', 'copysuper; diff-changes -q; commit');
	like($out, qr/^1 block written/m, 'is made like the other one');
	my %r = run(tool('gefs-dump'), 'super', $img);
	is(() = $r{out} =~ /good/g, 2, 'both are good');
	fresh('crash-pt-arena-9');
	my %before = run(tool('gefs-check'), '--json', $img);
	my @bad = map { $_->{text} =~ /arena (\d+)/ ? $1 : () } grep { ($_->{code} // '') eq 'arena-copy-bad' } jsonl($before{out});
	ok(@bad, 'an arena header that a crash has torn');
	shell(0, 'copyheader', '-w', join('; ', map { "copyheader $_" } @bad) . '; commit');
	%r = run(tool('gefs-check'), '--json', $img);
	is((grep { ($_->{code} // '') eq 'arena-copy-bad' } jsonl($r{out})), 0, 'is made like the other copy');
	ok(sound(), 'the image is sound');
}

sub test_older
{
	for my $name (qw(A-small BE-snaps)) {
		fresh($name);
		my $before = bytes($img);
		my ($out) = shell(0, "$name: edit, commit, look, undo", '-w', 'set expert on; set rehash on; add arena[0].nextqid 1;'
			. ' set main:/.mtime 1000000000; commit; stat /; undo');
		like($out, qr/modified  1970-01-01 00:00:01/, "$name: the change is there");
		is(bytes($img), $before, "$name: byte for byte as before");
	}
	fresh('A-small');
	my (undef, $err) = shell(1, 'copyheader', '-w', 'copyheader 0');
	like($err, qr/there is no copy/, 'has no meaning in older versions');
}

sub test_scripts
{
	fresh();
	my $input = sub {
		my ($text, @options) = @_;
		open my $f, '>', "$dir/in" or die;
		print $f $text;
		close $f;
		return run('sh', '-c', 'in=$1; shift; exec "$@" <"$in"', 'sh', "$dir/in", $sh, @options, $img);
	};
	my %r = $input->("echo a\nnonsense\necho b\n");
	is_deeply([@r{qw(status out)}], [2, "a\n"], 'the first failure ends a script');
	is($r{err}, "gefs-sh: standard input:2: there is no command \"nonsense\"; \"help\" lists all\n", 'and tells its place');
	%r = $input->("nonsense\nls /none\necho b\n", '-k');
	is_deeply([@r{qw(status out)}], [2, "b\n"], '-k goes on, and the worst status counts');
	%r = $input->("pwd\r\nls usr\r\n");
	is_deeply([@r{qw(status out)}], [0, "main:/\nbob/\nshared\n"], 'lines that end as on other systems');
	%r = $input->("echo 'a\nb' c\\\nd; echo e");
	is_deeply([@r{qw(status out)}], [0, "a\\x0ab cd\ne\n"], 'quotes over two lines, a line that goes on, no newline at the end');
	%r = $input->("echo 'abc\nquit now\npwd\n", '-k');
	is_deeply([@r{qw(status out)}], [2, ''], 'a quote that is not closed: what follows is no command');
	%r = $input->("echo \0\n");
	is($r{status}, 1, 'a NUL byte');

	my $pid = open2(my $from, my $to, $sh, $img);
	print $to "pwd\n";
	$to->flush;
	is(scalar <$from>, "main:/\n", 'a command is answered before the next one is there');
	print $to "echo x\n";
	close $to;
	is(scalar <$from>, "x\n", 'and so is that');
	waitpid $pid, 0;
	is($?, 0, 'status');
	%r = run($sh, '-c', 'head -2 adm:/users; head -n 1 -- adm:/users', $img);
	is($r{out}, "-1:adm::glenda\n0:none::\n-1:adm::glenda\n", 'a number for -n');
	%r = run($sh, '-k', '-w', '-c', 'set expert on; add super.qgen 010; add super.qgen -0x1; add super.qgen x:00; abort', $img);
	is($r{out}, "super.qgen: 26 -> 34 (2 copies)\nsuper.qgen: 34 -> 33 (2 copies)\n", 'numbers as of set');
	is($r{status}, 2, 'and nothing else');
	%r = run($sh, '-c', "foo\e[1m; pwd", $img);
	is($r{err}, qq(gefs-sh: there is no command "foo\\x1b[1m"; "help" lists all\n), 'no control characters in messages');
}
