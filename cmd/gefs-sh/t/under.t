#!/usr/bin/perl
# The commands of gefs-sh for looking under: what they say of addresses, of hashes that are right, and of damage.
#
#   prove cmd/gefs-sh/t/under.t

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsWriting qw(flip_byte);

my $sh = tool('gefs-sh');
my $dir = File::Temp->newdir('gefs-under-XXXXXX', TMPDIR => 1);
our $image = image('small');

subtest 'verify of several' => \&test_verify;
subtest addresses => \&test_addresses;
done_testing();

# said(STATUS, COMMANDS, OPTION...) -> what gefs-sh -k prints, and its messages.
sub said
{
	my ($status, $commands, @options) = @_;
	my %r = run($sh, '-k', @options, '-c', $commands, $image);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($r{status}, $status, "$commands: status $status");
	return @r{qw(out err)};
}

sub objects
{
	my ($status, $commands) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($out) = said($status, $commands, '--json');
	return jsonl($out);
}

# A copy of an image with a flipped byte at an offset of what a command tells the address of.
sub damaged
{
	my ($addr) = @_;
	my $copy = image_copy(image('small'), "$dir/damaged.img");
	flip_byte($copy, $addr + 100);
	return $copy;
}

sub data_of
{
	my ($path) = @_;
	my ($e) = objects(0, "stat -x $path");
	return $e->{extents}[0]{addr};
}

# What is wrong with one argument is not held against the others.
sub test_verify
{
	local $image = damaged(data_of('usr/bob/profile'));
	my ($out) = said(4, 'verify exec usr/bob/profile exec usr/shared usr');
	is(join(' ', $out =~ /(good|DAMAGED)$/mg), 'good DAMAGED good good DAMAGED', 'each file by itself');
	my @o = objects(4, 'verify usr/bob/profile usr/bob exec');
	is("@{[map { $_->{damaged} ? 1 : 0 } @o]}", '1 1 0', 'also in JSON');
	is("@{[map { $_->{lost} } @o]}", '1 1 0', 'and what is lost');

	# A node that cannot be read.
	my ($root) = objects(0, 'convert main:root');
	$image = damaged($root->{addr});
	($out) = said(4, 'verify / adm:/users');
	is(join(' ', $out =~ /(good|DAMAGED)$/mg), 'DAMAGED good', 'damage on the way to files');
}

# What is no address of a block is told alike by all commands, and is no damage.
sub test_addresses
{
	for my $command ('block', 'block -x', 'block --raw', 'show blk', 'hash', 'verify', 'owner') {
		my ($name) = split ' ', $command;
		for my $row (['0x7fffc000', 'lies beyond the last block of the device, which has 0x10000000 bytes'],
			['0x10000000', 'lies beyond the last block of the device, which has 0x10000000 bytes'],
			['0xffffffffffffffff', 'lies beyond the last block of the device, which has 0x10000000 bytes'],
			['0x4001', 'is inside a block, which starts at 0x4000'], ['0x7fff', 'is inside a block, which starts at 0x4000']) {
			my ($addr, $why) = @$row;
			my ($out, $err) = said(1, "$command $addr");
			is($out, '', 'nothing is shown');
			is($err, "gefs-sh: $name: $addr $why\n", 'but why not');
		}
		my ($out, $err) = said(1, "$command blk:x");
		is($err, "gefs-sh: $name: \"blk:x\" is no number of a block\n", 'no number');
		said(0, "$command blk:1");
		said(0, "$command 0xfffc000");
	}
	my ($out, $err) = said(0, 'convert 0x7fffc000 0x4001');
	is($out, "0x7fffc000 = 2147467264, blk:131071, outside the device\n" .
		"0x4001 = 16385, blk:1 + 0x1, in no arena's blocks\n", 'any number can be converted');
}
