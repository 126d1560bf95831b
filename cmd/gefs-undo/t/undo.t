#!/usr/bin/perl
# gefs-undo: what it puts back, what it refuses, what it says.

use strict;
use warnings;
use Fcntl qw(:flock);
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsWriting qw(stamp untouched patch);

my $compact = tool('gefs-compact');
my $undo = tool('gefs-undo');
my $dump = tool('gefs-dump');
my $tmp = tempdir(CLEANUP => 1);
my $img = "$tmp/it.img";
my $file = "$img.undo";

puts_back();
at_offset();
refusals();
usage();
done_testing();

# A compacted image with its undo file.
sub fresh
{
	my ($name) = @_;
	unlink $file;
	image_copy(image($name), $img);
	my %r = run($compact, '-q', $img);
	is(complaint(\%r), undef, "$name is compacted");
	stamp($img);
}

sub refused
{
	my ($name, $status, $like, @arg) = @_;
	GefsWriting::refused($name, $status, $like, $img, $undo, @arg);
}

sub puts_back
{
	fresh('small');
	my %r = run($undo, '--dry-run', $file, $img);
	is($r{out}, "$img: 26 of 26 blocks would be put back\n", 'a dry run');
	untouched($img, 'a dry run');
	%r = run($undo, $file, $img);
	is(complaint(\%r), undef, 'puts back');
	is($r{out}, "$img: 26 of 26 blocks put back: it is as it was before the change\n"
	    . "$file is no longer needed and can be removed\n", 'says so');
	ok(same_bytes($img, image('small')), 'every byte');
	ok(-e $file, 'the undo file is kept');
	stamp($img);
	%r = run($undo, $file, $img);
	is(complaint(\%r), undef, 'again');
	like($r{out}, qr/nothing to do: it is as it was before/, 'again: nothing to do');
	untouched($img, 'again');
	fresh('small');
	%r = run($undo, '-q', $file, $img);
	is($r{status} . $r{out} . $r{err}, '0', '--quiet');
	ok(same_bytes($img, image('small')), '--quiet: every byte');
}

sub at_offset
{
	my $inside = "$tmp/disk";
	fresh('snaps-main-deleted');
	image_copy(image('snaps-main-deleted'), $img);
	run('sh', '-c', "head -c 1048576 /dev/zero >$inside && cat $img >>$inside && cp $inside $inside.before");
	my %r = run($compact, '-q', '--offset', '1M', $inside);
	is(complaint(\%r), undef, '--offset: compacted');
	%r = run($undo, $file = "$inside.undo", $inside);
	is($r{status}, 1, '--offset is needed');
	%r = run($undo, '-q', '--offset', '1M', "$inside.undo", $inside);
	is(complaint(\%r), undef, '--offset');
	ok(same_bytes($inside, "$inside.before"), '--offset: every byte');
	unlink $inside, "$inside.before", "$inside.undo";
	$file = "$img.undo";
}

sub refusals
{
	fresh('small');
	my %r = run($dump, 'arenas', '--json', $img);
	my ($arena) = jsonl($r{out});
	patch($img, $arena->{log_head} + 5000, 'xxx');
	refused('a block that was changed since', 1,
	    sprintf('block 0x%x was changed since: .*nothing was put back', $arena->{log_head}), $file, $img);

	fresh('small');
	open(my $fh, '<', $img) or die "$img: $!\n";
	flock($fh, LOCK_EX) or die "flock: $!\n";
	refused('locked', 1, qr/is in use: locked by another process/, $file, $img);
	close $fh;

	my $bytes = do { open(my $f, '<:raw', $file) or die "$file: $!\n"; local $/; <$f> };
	patch($file, length($bytes) / 2, chr(255 ^ ord substr($bytes, length($bytes) / 2, 1)));
	refused('a damaged undo file', 1, qr/the undo file is damaged at byte \d+: a hash is wrong/, $file, $img);
	refused('no undo file', 1, qr/is no undo file/, image('small'), $img);
	refused('no such undo file', 1, qr/No such file/, "$tmp/missing", $img);
	refused('a folder', 1, qr/is no regular file/, $tmp, $img);

	fresh('small');
	rename($file, "$tmp/small.undo") or die "$file: $!\n";
	fresh('churn');
	refused('another image', 1, qr/belongs to another image, or this one was changed since: it has other snapshots/,
	    "$tmp/small.undo", $img);
	fresh('snaps-main-deleted');
	refused('an image of another size', 1, qr/it has another size/, "$tmp/small.undo", $img);
	patch($img, $_, 'x' x 16384) for 0, (-s $img) - 16384;
	refused('no image', 1, qr/./, $file, $img);
}

sub usage
{
	refused('no arguments', 2, qr/an undo file and an image are needed/);
	refused('one argument', 2, qr/an undo file and an image are needed/, $file);
	refused('three arguments', 2, qr/one undo file and one image at a time/, $file, $img, $img);
	refused('a bad offset', 2, qr/--offset: "x" is no number/, '--offset', 'x', $file, $img);
	my %r = run($undo, '--bogus');
	is($r{status}, 2, 'an unknown option');
	%r = run($undo, '--help');
	my @l = split /\n/, $r{out};
	is($r{status}, 0, '--help');
	ok(@l <= 24 && !grep { length > 80 } @l, '--help fits a screen');
	%r = run($undo, '--version');
	like($r{out}, qr/^gefs-undo \d/, '--version');
}
