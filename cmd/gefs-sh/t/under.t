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
subtest hash => \&test_hash;
subtest 'hash without root data' => \&test_rootless;
subtest print => \&test_print;
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

# The hash of a block is compared, as verify does it.
sub test_hash
{
	my $data = data_of('usr/bob/profile');
	for my $row (['good data', $data, undef, 0, qr/^0x[0-9a-f]+: hash of the block [0-9a-f]{16}\n0x[0-9a-f]+: good \(1 good, 0 wrong\)\n\z/],
		['data', $data, $data, 4, qr/DAMAGED \(0 good, 1 wrong\)/],
		['a superblock', 0, undef, 0, qr/hash of its superblock ([0-9a-f]{16}), it says \1: good\n0x0: good/],
		['a damaged superblock', 0, 0, 4, qr/hash of its superblock ([0-9a-f]{16}), it says (?!\1)[0-9a-f]{16}: wrong\n0x0: DAMAGED/],
		['the header of an arena', 0x4000, 0x4000, 4, qr/^0x4000: DAMAGED \(0 good, 1 wrong\)$/m],
		['a log', 0xc000, undef, 0, qr/hash of its body ([0-9a-f]{16}), it says \1: good\n0xc000: good/],
		['a damaged log', 0xc000, 0xc000 - 57, 4, qr/hash of its body ([0-9a-f]{16}), it says (?!\1)[0-9a-f]{16}: wrong\n0xc000: DAMAGED/]) {
		my ($name, $addr, $flip, $status, $like) = @$row;
		local $image = defined $flip ? damaged($flip) : $image;
		my ($out, $err) = said($status, "hash $addr");
		like($out, $like, $name);
		my ($again, $same) = said($status, "verify $addr");
		ok(index($out, $again) > 0, 'as verify says');
		is($err =~ s/ hash:/ verify:/gr, $same, 'and complains');
	}
	my ($o) = objects(0, 'hash 0');
	ok($o->{superblock_hash_ok} && $o->{compared} && $o->{superblock_hash} eq $o->{superblock_hash_stored}, 'JSON');
	local $image = image_copy(image('small'), "$dir/damaged.img");
	flip_byte($image, 0);	# its type
	my ($out, $err) = said(4, 'verify 0; hash 0');
	like($err, qr/verify: 0x0: a superblock belongs here, but there is none\n/, 'what is no superblock any more');
}

sub test_rootless
{
	my $copy = image_copy(image('small'), "$dir/damaged.img");
	flip_byte($copy, $_) for 0, 0xfffc000;
	my %r = run($sh, '--format', 'gefs9.00', '-k', '-c', 'hash 0x14000', $copy);
	like($r{out}, qr/^0x14000: what refers to it is not known/m, 'what cannot be compared') or diag($r{err});
	is($r{status}, 0, 'is no damage');
	%r = run($sh, '--format', 'gefs9.00', '-k', '-c', 'hash 0xc000; hash 0', $copy);
	like($r{out}, qr/^0xc000: good.*^0x0: DAMAGED \(0 good, 1 wrong\)/ms, 'what a block says of itself can');
	is($r{status}, 4, 'and damage is found');
}

# In JSON fields have all of their bytes.
sub test_print
{
	my ($block) = objects(0, 'print @0xfffc000:data.bytes[0,16384]');
	open my $f, '<:raw', $image or die "$image: $!\n";
	seek $f, 0xfffc000, 0;
	read $f, my $bytes, 16384;
	is($block->{hex}, unpack('H*', $bytes), 'a whole block');
	like($block->{text}, qr/\A[0-9a-f]{64}\.\.\.\z/, 'the text is short');
	my %f = map { $_->{field} => $_ } grep { $_->{field} } objects(0, 'addr super; print');
	is($f{version}{hex}, unpack('H*', 'gefs9.00'), 'text');
	ok(!exists $f{blksz}{hex}, 'not of numbers');
	my @odd = grep { !exists $_->{value} && length $_->{hex} != 2 * $_->{width} } objects(0, 'print main:root; print main:leaf[0]');
	is(scalar(@odd), 0, 'all bytes of records');
}
