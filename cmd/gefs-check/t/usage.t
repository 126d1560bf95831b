#!/usr/bin/perl
# What is no image and what is no sensible request: one clear sentence on standard error, a hint where one helps, and
# the right exit status; also images inside a larger file, several images, and output that nobody reads.

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use POSIX ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

my $check = tool('gefs-check');
my $dump = tool('gefs-dump');
my $tmp = tempdir(CLEANUP => 1);
my $small = image('small');
my $blksz = 16384;

not_images();
usage_error();
truncated();
at_offset();
several();
help();
unread_output();
done_testing();

# sentence(NAME, STATUS, LIKE, CMD...): nothing on standard output, one line on standard error, then perhaps the hint.
sub sentence
{
	my ($name, $status, $like, @cmd) = @_;
	my %r = run(@cmd);
	my $program = (File::Spec->splitpath($cmd[0]))[2];
	my @lines = split /\n/, $r{err};
	is(complaint(\%r, $status), undef, "$name: exit status $status");
	is($r{out}, '', "$name: nothing on standard output");
	my $hint = @lines > 1 && $lines[-1] eq "Try $program --help." ? pop @lines : '';
	is(scalar @lines, 1, "$name: one line") or diag(first_few(@lines));
	like($lines[0] // '', qr/\A\Q$program\E: .*$like/, "$name: says why");
	return $hint;
}

sub both
{
	my ($what, $file, $like) = @_;
	is(sentence("gefs-check, $what", 8, $like, $check, $file), '', "gefs-check, $what: no hint at the options");
	sentence("gefs-dump, $what", 1, $like, $dump, 'super', $file);
}

sub not_images
{
	both('not an image', write_file('text', "This is no image.\n" x 5000), qr/text: not a gefs image/);
	both('a short file', write_file('short', "gefs9.00"), qr/short: too short to be a gefs image/);
	both('an empty file', write_file('empty', ''), qr/empty: the file is empty/);
	both('a directory', $tmp, qr/is a directory/);
	both('a missing file', "$tmp/missing", qr/missing: No such file or directory/);
	both('a device of another kind', '/dev/null', qr{/dev/null: neither a regular file nor a block device});

	my $old = image_copy($small, "$tmp/old");
	patch($old, $_, 'gefs8.00') for 0, last_block($old);
	both('an unknown version', $old, qr/old: version "gefs8\.00" is not supported; supported: gefs9\.00/);

	SKIP: {
		skip 'root may read everything', 2 if $> == 0;
		my $secret = write_file('secret', 'x');
		chmod 0, $secret;
		both('a file that may not be read', $secret, qr/secret: Permission denied/);
	}
}

sub usage_error
{
	for (
		[qr/no image given/],
		[qr/unrecognized option '--bogus'/, '--bogus', $small],
		[qr/invalid option -- 'x'/, '-x', $small],
		[qr/option requires an argument/, '-j'],
		[qr/--super takes auto, 0 or 1, not "2"/, '--super', 2, $small],
		[qr/--offset takes .* not "1Q"/, '--offset', '1Q', $small],
		[qr/--offset takes .* not "-1"/, '--offset=-1', $small],
		[qr/--jobs takes .* not "0"/, '--jobs', 0, $small],
		[qr/--jobs takes .* not "257"/, '--jobs', 257, $small],
		[qr/--max-findings takes .* not "many"/, '--max-findings', 'many', $small],
	) {
		my ($like, @args) = @$_;
		my $name = join ' ', 'gefs-check', map { $_ eq $small ? 'IMAGE' : $_ } @args;
		is(sentence($name, 16, $like, $check, @args), 'Try gefs-check --help.', "$name: the hint");
	}
	sentence('gefs-check, no such snapshot', 8, qr/there is no snapshot "nowhere"/, $check, '--snap', 'nowhere', $small);
	sentence('gefs-check, offset beyond the end', 8, qr/lies beyond the end/, $check, '--offset', '1T', $small);

	for (
		[2, qr/tell what to show/],
		[2, qr/nothing called "nonsense"/, 'nonsense', $small],
		[2, qr/IMAGE is missing/, 'files'],
		[2, qr/ADDR is missing/, 'owner', $small],
		[2, qr/"x" is no address/, 'owner', $small, 'x'],
		[2, qr/one argument too many/, 'files', $small, 'main', 'more'],
		[2, qr/no option --bogus/, 'files', '--bogus', $small],
		[2, qr/needs a value/, 'files', $small, '--jobs'],
		[2, qr/does not go with "files"/, 'files', '--svg', 'x', $small],
		[2, qr/no arena "99"/, 'free', $small, 99],
		[1, qr/no snapshot "nowhere"/, 'files', $small, 'nowhere'],
		[1, qr{/nothing: no such file}, 'data', $small, 'main', '/nothing'],
		[1, qr{/dir: is a directory}, 'data', $small, 'main', '/dir'],
	) {
		my ($status, $like, @args) = @$_;
		my $name = join ' ', 'gefs-dump', map { $_ eq $small ? 'IMAGE' : $_ } @args;
		sentence($name, $status, $like, $dump, @args);
	}
}

# An image that was cut off has its first superblock and much of its data: it is checked, and damaged.
sub truncated
{
	my $cut = image_copy($small, "$tmp/cut");
	truncate($cut, 100_000_000) or die "$cut: $!\n";
	my %r = run($check, $cut);
	is(complaint(\%r, 4), undef, 'truncated image: errors');
	is($r{err}, '', 'truncated image: nothing on standard error');
	like($r{out}, qr/^error: device-short: /m, 'truncated image: says that the device is short');
	like($r{out}, qr/DAMAGED/, 'truncated image: says that it is damaged');
	%r = run($dump, 'super', $cut);
	is(complaint(\%r, 0, 4), undef, 'truncated image: gefs-dump shows its superblock');
}

sub at_offset
{
	my $disk = write_file('disk', 'a partition table, perhaps');
	my %r = run('dd', "if=$small", "of=$disk", 'bs=1M', 'seek=1', 'conv=sparse,notrunc', 'status=none');
	is(complaint(\%r), undef, 'offset: made a larger file');
	truncate($disk, (1 << 20) + -s $small) or die "$disk: $!\n";
	for my $offset ('1M', '1024k', 1 << 20, '0x100000') {
		my %at = run($check, '--json', '--offset', $offset, $disk);
		is(complaint(\%at), undef, "offset $offset: sound");
		my %plain = run($check, '--json', $small);
		is(anonymous($at{out}), anonymous($plain{out}), "offset $offset: same findings");
	}
	my %a = run($dump, 'files', '--offset', '1M', $disk);
	my %b = run($dump, 'files', $small);
	is(complaint(\%a), undef, 'offset: gefs-dump');
	is($a{out}, $b{out}, 'offset: gefs-dump shows the same files');
}

sub several
{
	my $bad = image_copy($small, "$tmp/bad");
	patch($bad, 0x5fec000, 'XX');
	my %r = run($check, $small, $bad, "$tmp/missing", $small);
	is(complaint(\%r, 12), undef, 'several images: statuses are added up');
	is($r{err}, "gefs-check: $tmp/missing: No such file or directory\n", 'several images: the one that is missing');
	my @said = $r{out} =~ /^(\S+): (?:sound|DAMAGED)/mg;
	is(join(' ', @said), "$small $bad $small", 'several images: all others are checked, in order');
}

sub help
{
	for my $cmd (map { tool("gefs-$_") } qw(cat check compact dump export ls pack sh undo)) {
		my $program = (File::Spec->splitpath($cmd))[2];
		my %r = run($cmd, '--help');
		is(complaint(\%r), undef, "$program --help");
		is($r{err}, '', "$program --help: nothing on standard error");
		my @lines = split /\n/, $r{out};
		cmp_ok(scalar @lines, '<=', 24, "$program --help: at most 24 lines");
		my @long = grep { length > 80 } @lines;
		ok(!@long, "$program --help: at most 80 columns") or diag(join "\n", @long);
		my %v = run($cmd, '--version');
		is(complaint(\%v), undef, "$program --version: exit status");
		is($v{err}, '', "$program --version: without complaints");
		like($v{out}, qr/\A$program \d+\.\d+\.\d+ .*gefs9\.00.*gefs0001-be\n\z/, "$program --version");
	}
}

sub unread_output
{
	my $img = image('snaps');
	for ([8, $check, '--list-findings', '-v'], [8, $check, $small], [1, $dump, 'tree', $img], [1, $dump, 'super', $small]) {
		my ($status, @cmd) = @$_;
		my $name = join ' ', (File::Spec->splitpath($cmd[0]))[2], map { m{/} ? 'IMAGE' : $_ } @cmd[1 .. $#cmd];
		my %r = run_unread(@cmd);
		is($r{err}, '', "$name: a closed pipe is silent");
		is($r{status}, $status, "$name: but no success");

		SKIP: {
			skip 'there is no /dev/full', 2 unless -c '/dev/full';
			%r = run('sh', '-c', 'exec "$@" >/dev/full', 'sh', @cmd);
			is(complaint(\%r, $status), undef, "$name: a full disk is no success");
			like($r{err}, qr/\A\S+: cannot write the output: [^\n]+\n\z/, "$name: a full disk is told");
		}
	}
}

# As run(), with a standard output whose reader has gone, and SIGPIPE ignored as many parents do.
sub run_unread
{
	my @cmd = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $fifo = "$tmp/fifo";
	unlink $fifo;
	POSIX::mkfifo($fifo, 0600) or die "$fifo: $!\n";
	return run('sh', '-c', 'exec 3<>"$0"; exec 4>"$0" 3<&-; exec "$@" >&4 4>&-', $fifo, @cmd);
}

# anonymous(JSON Lines) -> the same without the image's name and the time it took.
sub anonymous
{
	my ($text) = @_;
	$text =~ s/"image":"[^"]*"|"seconds":[^}]*//g;
	return $text;
}

sub last_block
{
	my ($file) = @_;
	my $size = -s $file;
	return $size - $size % $blksz - $blksz;
}

sub write_file
{
	my ($name, $bytes) = @_;
	patch("$tmp/$name", 0, $bytes);
	return "$tmp/$name";
}

# patch(FILE, OFFSET, BYTES): writes into a file, which is made if need be.
sub patch
{
	my ($file, $at, $bytes) = @_;
	open(my $f, -e $file ? '+<:raw' : '>:raw', $file) or die "$file: $!\n";
	seek($f, $at, 0) && print {$f} $bytes or die "$file: $!\n";
	close $f or die "$file: $!\n";
}
