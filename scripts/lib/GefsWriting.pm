package GefsWriting;

# What tests of commands that change images share.

use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(basename);
use GefsTest qw(run complaint);
use Test::More;

our @EXPORT_OK = qw(stamp untouched refused patch flip_byte);

# stamp(FILE): sets the time of its last change by hand, so that untouched can tell whether it was written since.
sub stamp
{
	my ($file) = @_;
	utime(1, 1, $file) == 1 or die "$file: $!\n";
}

# untouched(FILE, NAME): a test that it was not.
sub untouched
{
	my ($file, $name) = @_;
	is((stat $file)[9], 1, "$name: the image is untouched");
}

# refused(NAME, STATUS, LIKE, IMAGE, CMD...): one sentence on standard error, and the image is untouched.
sub refused
{
	my ($name, $status, $like, $image, @cmd) = @_;
	my %r = run(@cmd);
	my $program = basename($cmd[0]);
	is(complaint(\%r, $status), undef, "$name: exit status $status");
	is($r{out}, '', "$name: nothing on standard output");
	like($r{err}, qr/\A\Q$program\E: [^\n]*$like[^\n]*\n\z/, "$name: says why");
	untouched($image, $name);
}

# flip_byte(FILE, OFFSET): all bits of it.
sub flip_byte
{
	my ($file, $at) = @_;
	open my $f, '+<:raw', $file or die "$file: $!\n";
	seek $f, $at, 0;
	read $f, my $c, 1;
	seek $f, $at, 0;
	print $f chr(255 - ord $c);
	close $f or die "$file: $!\n";
}

# patch(FILE, OFFSET, BYTES), and stamps it.
sub patch
{
	my ($file, $at, $bytes) = @_;
	open(my $fh, '+<:raw', $file) or die "$file: $!\n";
	sysseek($fh, $at, 0) // die "lseek: $!\n";
	syswrite($fh, $bytes) == length $bytes or die "write: $!\n";
	close $fh or die "write: $!\n";
	stamp($file);
}

1;
