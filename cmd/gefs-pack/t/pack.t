#!/usr/bin/perl
# Compressed images show what raw ones do, however they were compressed, and gefs-pack loses nothing but free blocks.
#
#   prove cmd/gefs-pack/t/pack.t :: small snaps      only some images

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

use constant MB => 1 << 20;

my ($pack, $check, $dump) = map { tool($_) } qw(gefs-pack gefs-check gefs-dump);
my $tmp = tempdir(CLEANUP => 1);
my $turn = 0;
# Of the large images a few are packed as well: of every format, and one that the server broke.
my %LARGE = map { $_ => 1 } qw(bulk grown-bug A-snapgen BE-empty);

for my $name (chosen(images())) {
	subtest $name => sub {
		straight($name);
		packed($name) if -s image($name) < 300 * MB || $LARGE{$name};
	};
}
free_blocks($_) for qw(config fullish);
older();
threads();
streams();
other_compressions();
offsets();
damage();
messages();
help();
done_testing();

# What a command says of an image, without what depends on the file and the clock.
sub says
{
	my ($image, $cmd, @args) = @_;
	my %r = run($cmd, $cmd eq $dump ? (shift(@args), '--json', $image, @args) : (@args, '--json', $image));
	for ($r{out}, $r{err}) {
		s/\Q$image\E/IMAGE/g;
		s/"(?:seconds|bytes_read)":[^,}]+//g;
	}
	return "status $r{status}, signal $r{signal}\n$r{err}\n$r{out}";
}

sub same
{
	my ($what, $image, $other, @cmd) = @_;
	my ($want, $got) = map { says($_, @cmd) } $image, $other;
	ok($want eq $got, $what) or diag(first_few("of the raw image:", $want), first_few("of the other:", $got));
}

sub label
{
	my ($image) = @_;
	my %r = run($dump, 'snaps', '--json', $image);
	return $r{out} =~ /"type":"label","name":"([\w-]+)"/ ? $1 : 'main';
}

sub dumps
{
	my ($image) = @_;
	return (['super'], ['arenas'], ['free'], ['snaps'], ['files', label($image)]);
}

# As they lie in the corpus: one frame each, which has to be unpacked every time.
sub straight
{
	my ($name) = @_;
	my $image = image($name);
	my @dumps = dumps($image);
	# They all read the same bytes: unpacking takes the time.
	@dumps = @dumps[-s $image > 300 * MB ? () : 4, $turn++ % 4] unless $name eq 'config';
	same("straight: @$_", $image, root() . "/testdata/corpus/$name.img.zst", $dump, @$_) for @dumps;
}

sub packed
{
	my ($name) = @_;
	my $image = image($name);
	my $to = "$tmp/$name.zst";
	my %r = run($pack, '-q', $image, '-o', $to);
	is(complaint(\%r), undef, 'packs') or return;
	same('packed: check', $image, $to, $check);
	same("packed: @$_", $image, $to, $dump, @$_) for (dumps($image))[2, 4];
	unlink $to;
}

sub free_ranges
{
	my ($image) = @_;
	my %r = run($dump, 'free', '--json', $image);
	return map { @{$_->{ranges}} } jsonl($r{out});
}

# each_block(FILES, SUB): the blocks of two files, side by side.
sub each_block
{
	my ($x, $y, $fn) = @_;
	open my $a, '<:raw', $x or die "$x: $!\n";
	open my $b, '<:raw', $y or die "$y: $!\n";
	for (my $addr = 0; read $a, my $p, 16384; $addr += 16384) {
		read $b, my $q, 16384;
		$fn->($addr, $p, $q // '');
	}
}

# zstd -d gives the raw image back, with zeros in free blocks and nowhere else.
sub free_blocks
{
	my ($name) = @_;
	my $image = image($name);
	my ($to, $back) = ("$tmp/f.zst", "$tmp/f.img");
	my %free;
	for my $r (free_ranges($image)) {
		$free{$_ * 16384} = 1 for $r->[0] / 16384 .. ($r->[0] + $r->[1]) / 16384 - 1;
	}
	my %r = run($pack, '--json', $image, '-o', $to);
	is(complaint(\%r), undef, "$name: packs");
	my ($j) = jsonl($r{out});
	is($j->{free_bytes}, 16384 * keys %free, "$name: free blocks are counted");
	is($j->{size}, -s $image, "$name: size");
	is($j->{packed_size}, -s $to, "$name: size when packed");
	%r = run('zstd', '-dqf', $to, '-o', $back);
	is(complaint(\%r), undef, "$name: zstd unpacks it");
	my ($bad, $zero) = (0, "\0" x 16384);
	each_block($image, $back, sub { $bad++ if $_[2] ne ($free{$_[0]} ? $zero : $_[1]) });
	is($bad, 0, "$name: all but free blocks is there");

	%r = run($pack, '-q', '--all', $image, '-o', $to);
	is(complaint(\%r), undef, "$name: packs with --all");
	%r = run($pack, '-d', '-q', $to, '-o', $back);
	is(complaint(\%r), undef, "$name: gefs-pack -d unpacks it");
	%r = run('cmp', $image, $back);
	is(complaint(\%r), undef, "$name: with --all it is the same");
	cmp_ok((stat $back)[12] * 512, '<', -s $image, "$name: and has holes");
	unlink $to, $back;
}

# Servers of 2022 free what older snapshots use: nothing is left out there.
sub older
{
	my $image = image('B-asis-16k');
	my $older = image('A-min');
	my %r = run($pack, '--json', $image, '-o', "$tmp/o.zst");
	my %s = run($pack, '--json', $older, '-o', "$tmp/o.zst");
	my ($b, $a) = jsonl($r{out} . $s{out});
	is($a->{free_bytes}, 0, 'gefs0001: free blocks are kept');
	ok($a->{all}, 'gefs0001: and that is said');
	cmp_ok($b->{size}, '==', -s $image, 'gefs-2023 is packed too');
	ok($b->{inferred} && !$a->{inferred}, 'and marked as inferred');
}

sub bytes
{
	my ($file) = @_;
	open my $f, '<:raw', $file or die "$file: $!\n";
	local $/;
	return scalar <$f>;
}

sub threads
{
	my $image = image('fullish');
	my @out;
	for my $j (1, 2, 4) {
		my %r = run($pack, '-q', "-j$j", '--frame-size', '128K', $image, '-o', "$tmp/j$j.zst");
		is(complaint(\%r), undef, "packs with -j$j");
		push @out, bytes("$tmp/j$j.zst");
	}
	ok($out[0] eq $out[1] && $out[0] eq $out[2], 'the output is the same for 1, 2 and 4 threads');
	for (['-l', '1'], ['-l', '12'], ['--long', '--frame-size', '16M'], ['--frame-size', '64K']) {
		my %r = run($pack, '-q', @$_, image('deep'), '-o', "$tmp/o.zst");
		is(complaint(\%r), undef, "packs with @$_");
		same("check of one packed with @$_", image('deep'), "$tmp/o.zst", $check, '-j2');
	}
	my %r = run($pack, '-q', "$tmp/j1.zst", '-o', "$tmp/again.zst", '--frame-size', '128K');
	is(complaint(\%r), undef, 'packs a packed image');
	ok(bytes("$tmp/again.zst") eq $out[0], 'which makes the same');
	unlink glob "$tmp/*.zst";
}

# shell(COMMAND): what has to do with standard output.
sub shell { return run('sh', '-c', @_) }

sub streams
{
	my $image = image('config');
	my %r = shell('"$0" "$1" -o - >"$2" && "$0" "$1" -o "$3" -q && cmp "$2" "$3"', $pack, $image, "$tmp/a", "$tmp/b");
	is(complaint(\%r), undef, '-o - writes the same') or diag($r{out});
	is($r{out}, '', '-o - says nothing');
	%r = shell('"$0" -d "$1" -o - >"$2" && "$0" -d "$1" -o "$3" -q && cmp "$2" "$3"', $pack, "$tmp/a", "$tmp/c", "$tmp/d");
	is(complaint(\%r), undef, '-d -o - writes the same') or diag($r{out});
	is(-s "$tmp/d", -s $image, 'and all of it');
	%r = shell('"$0" "$1" -o - >/dev/full', $pack, $image);
	is($r{status}, 1, 'a full device is a failure');
	like($r{err}, qr/\Agefs-pack: standard output: cannot write: No space left on device\n\z/, 'and is told once');
	unlink map { "$tmp/$_" } 'a' .. 'd';
}

sub other_compressions
{
	my $image = image_copy(image('config'), "$tmp/config.img");
	for (['gzip', '-1kf', 'gz'], ['xz', '-0kf', 'xz'], ['bzip2', '-1kf', 'bz2'], ['lz4', '-qf', 'lz4']) {
		my ($cmd, $flags, $suffix) = @$_;
		my $to = "$image.$suffix";
		my %r = run($cmd, $flags, $image, $cmd eq 'lz4' ? $to : ());
	SKIP: {
			skip "there is no $cmd", 4 if $r{status} == 127;
			same("$suffix: files", $image, $to, $dump, 'files');
			%r = run($pack, '-dq', $to, '-o', "$tmp/back");
			is(complaint(\%r), undef, "$suffix: unpacks");
			%r = run('cmp', $image, "$tmp/back");
			is(complaint(\%r), undef, "$suffix: to the same");
			truncate $to, (-s $to) / 2;
			failure("$suffix, cut off", 1, qr/\Q$to\E: cannot unpack it .* byte \d+ of the file/, $dump, 'super', $to);
		}
		unlink $to;
	}
	unlink $image, "$tmp/back";
}

# --offset counts in what comes out.
sub offsets
{
	my $image = image('config');
	my %r = shell('{ head -c 1048576 /dev/zero; cat "$0"; } >"$1" && "$2" -qa "$1" -o "$1.zst"', $image, "$tmp/disk", $pack);
	is(complaint(\%r), undef, 'packs any file with --all');
	my ($want, $got) = map { my %o = run(@$_); $o{out} } [$dump, 'files', $image],
	    [$dump, 'files', '--offset', '1M', "$tmp/disk.zst"];
	ok(length $want && $want eq $got, 'an image inside a packed disk');
	failure('an offset beyond the end', 1, qr/lies beyond the end of the unpacked image/, $dump, 'super', '--offset', '1G',
	    "$tmp/disk.zst");
	unlink "$tmp/disk", "$tmp/disk.zst";
}

sub overwrite
{
	my ($file, $at, $bytes) = @_;
	open my $f, '+<:raw', $file or die "$file: $!\n";
	seek $f, $at, 0;
	print $f $bytes;
	close $f or die "$file: $!\n";
}

sub damage
{
	# The log of an arena: what is free there is not known.
	my $image = image_copy(image('deep'), "$tmp/damaged.img");
	my %r = run($dump, 'arenas', '--json', $image);
	my ($first) = jsonl($r{out});
	overwrite($image, $first->{log_head} + 36, 'x' x 64);
	my $to = "$tmp/damaged.zst";
	%r = run($pack, $image, '-o', $to);
	is($r{status}, 4, 'an arena with a damaged log: status 4');
	like($r{err}, qr/the logs of 1 arenas are damaged: what is free in them was kept/, 'which is told');
	same('its check', $image, $to, $check);
	unlink $image;

	# A frame: told with its place in the file, and only what is in it is lost.
	%r = run($pack, '-q', image('deep'), '-o', $to);
	overwrite($to, 32 + 30, 'y' x 40);
	failure('a damaged first frame', 1, qr/compressed frame at byte 32 of the file .* is damaged/, $dump, 'block', $to, '0');
	%r = run($check, '-q', $to);
	is($r{status}, 4, 'is damage to gefs-check');
	failure('unpacking it', 1, qr/compressed frame at byte 32 of the file/, $pack, '-d', $to, '-o', "$tmp/not");
	ok(!-e "$tmp/not", 'leaves nothing behind');
	truncate $to, (-s $to) - 1;
	failure('a cut-off file', 1, qr/ends at byte \d+ in the middle of a frame/, $dump, 'super', $to);
	failure('to gefs-check', 8, qr/ends at byte \d+ in the middle of a frame/, $check, $to);
	is(join(' ', glob "$tmp/*"), $to, 'no temporary files are left');
	unlink $to;
}

# One sentence, and nothing on standard output.
sub failure
{
	my ($name, $status, $like, @cmd) = @_;
	my %r = run(@cmd);
	is(complaint(\%r, $status), undef, "$name: exit status $status");
	is($r{out}, '', "$name: nothing on standard output");
	like($r{err}, qr/\A[\w-]+: .*$like.*\n\z/, "$name: says why");
}

sub messages
{
	my $image = image_copy(image('config'), "$tmp/c.img");
	my $text = "$tmp/text";
	overwrite_new($text, "This is no image.\n" x 3000);
	failure('no gefs', 1, qr/text: not a gefs image.* --all packs everything/, $pack, $text, '-o', "$tmp/t.zst");
	ok(!-e "$tmp/t.zst", 'which makes no file');
	my %r = run($pack, '-a', $text, '-o', "$tmp/t.zst");
	is(complaint(\%r), undef, 'but is packed with --all');
	failure('-d of what is not compressed', 1, qr/text: not compressed/, $pack, '-d', $text, '-o', "$tmp/t");
	failure('the input as output', 1, qr/the output would replace the input/, $pack, $image, '-o', $image);
	symlink $image, "$tmp/link";
	failure('a link to it', 1, qr/the output would replace the input/, $pack, $image, '-o', "$tmp/link");
	failure('a device', 1, qr{/dev/null: is there already, and no regular file}, $pack, $image, '-o', '/dev/null');
	failure('no such directory', 1, qr/No such file or directory/, $pack, $image, '-o', "$tmp/no/x");
	failure('no such image', 1, qr/No such file or directory/, $pack, "$tmp/no.img", '-o', "$tmp/x");
	failure('no image', 2, qr/no image given/, $pack, '-o', 'x');
	failure('no output', 2, qr/-o is missing/, $pack, $image);
	failure('two images', 2, qr/one argument too many/, $pack, $image, 'y', '-o', 'x');
	failure('a frame size', 2, qr/no power of two/, $pack, $image, '-o', 'x', '--frame-size', '100K');
	failure('a level', 2, qr/no number from 1 to 22/, $pack, $image, '-o', 'x', '-l', '23');
	failure('-d with -a', 2, qr/with -d only/, $pack, '-d', '-a', $image, '-o', 'x');
	failure('--json to a stream', 2, qr/both want standard output/, $pack, '--json', $image, '-o', '-');
	failure('an option', 2, qr/there is no option --fast/, $pack, '--fast', $image);
	failure('an option without its value', 2, qr/-o needs a value/, $pack, $image, '-o');
	ok(!-e 'x', 'nothing was written');
	local $ENV{TMPDIR} = '/nonexistent';
	failure('TMPDIR', 1, qr{cannot make a temporary file in /nonexistent}, $dump, 'super',
	    root() . '/testdata/corpus/config.img.zst');
}

sub overwrite_new
{
	my ($file, $text) = @_;
	open my $f, '>:raw', $file or die "$file: $!\n";
	print $f $text;
	close $f or die "$file: $!\n";
}

sub help
{
	my %r = run($pack, '--help');
	my @lines = split /\n/, $r{out};
	cmp_ok(scalar @lines, '<=', 24, '--help: at most 24 lines');
	ok(!(grep { length > 80 } @lines), '--help: at most 80 columns');
	my %l = run('mandoc', '-Tlint', '-Wwarning', root() . '/cmd/gefs-pack/gefs-pack.8');
	is("$l{out}$l{err}", '', 'the manual page is well formed');
	my %v = run($pack, '--version');
	like($v{out}, qr/\Agefs-pack \d/, '--version');
}
