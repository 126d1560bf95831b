#!/usr/bin/perl
# gefs-export on images with names that no file server writes, and with damage: nothing outside the directory, nothing
# lost in silence.
#
#   prove cmd/gefs-export/t/hostile.t

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Find ();
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsFiles qw(:all);
use GefsEdit qw(edit entry_key);

my $PROFILE = "bob was here\n";
my $FOLDER = 6;	# qid of /emptydir in "small", where all of it is put

my $export = tool('gefs-export');
my $dir = File::Temp->newdir('gefs-hostile-XXXXXX', TMPDIR => 1);
my $count = 0;

# [name, as it is stored in a directory, in archives, in those that hold Unicode only] where the latter differ
my @NAMES = (
	['../../etc/passwd', '..%2F..%2Fetc%2Fpasswd'],
	['/etc/passwd', '%2Fetc%2Fpasswd'],
	['a/b', 'a%2Fb%~3', 'a%2Fb%~2'],	# the numbers before are those of an empty and a long name
	['a%2Fb', 'a%2Fb'],
	['', '%~1'],
	['.', '%2E'],
	['..', '%2E%2E'],
	["new\nline", "new\nline"],
	["\xff\xfe", "\xff\xfe", "\xff\xfe", '%FF%FE'],
	['X' x 244, 'X' x 244],
	['back\\slash', 'back\\slash', 'back\\slash', 'back%5Cslash'],
	['CASE', 'CASE'],
	['case', 'case'],
	["\x1b[31m", "\x1b[31m"],
	['/' x 100, '%2F' x 77 . '%~2', '%2F' x 100],
);

subtest names => \&test_names;
subtest 'hostile directories' => \&test_directories;
subtest 'links in the way' => \&test_links;
subtest 'files and directories change roles' => \&test_roles;
subtest labels => \&test_labels;
subtest 'damaged data' => \&test_data;
subtest 'damaged node' => \&test_node;
subtest 'entry without meaning' => \&test_entry;
subtest 'junk lengths' => \&test_lengths;
done_testing();

sub path { return File::Spec->catfile($dir, @_) }

sub image_with
{
	my ($base, @commands) = @_;
	my $image = image_copy(image($base), path('i' . $count++ . '.img'));
	edit($image, '-r ' . join '; ', @commands) if @commands;
	return $image;
}

sub fresh_dir
{
	my $d = path('d' . $count++);
	mkdir $d or die "$d: $!\n";
	return $d;
}

# -> standard error
sub ran
{
	my ($name, $status, @args) = @_;
	my %r = run($export, @args);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(complaint(\%r, $status), undef, $name);
	is($r{status}, $status, 'exit status') if !$r{signal};
	return $r{err};
}

sub slurp
{
	my ($file) = @_;
	open(my $f, '<:raw', $file) or return "$file: $!";
	local $/;
	return <$f> // '';
}

sub test_names
{
	my $image = image_with('small', map { 'insert main:root ' . entry_key($FOLDER, $_->[0]) . ' *main:/usr/bob/profile' } @NAMES);
	my $told = grep { $_->[1] ne $_->[0] } @NAMES;

	my ($above, $to) = (fresh_dir(), undef);
	mkdir $above . '/in' or die;
	$to = "$above/in/to";
	my $err = ran('-C', 0, '-C', $to, $image, 'emptydir');
	my $have = tree("$to/emptydir");
	is_deeply([sort keys %$have], [sort map { "/$_->[1]" } @NAMES], 'names in a directory');
	is_deeply([grep { !m{\A/in(/to(/|\z)|\z)} } keys %{tree($above)}], [], 'and none elsewhere');
	is((grep { slurp("$to/emptydir/$_->[1]") ne $PROFILE } @NAMES), 0, 'contents');
	is(scalar(() = $err =~ /: stored as /g), $told, 'all changes are told');

	for my $format (qw(pax cpio zip 7zip)) {
		my ($file, $out) = (path("x.$format"), fresh_dir());
		my $unicode = $format =~ /z/;
		$err = ran($format, 0, '-f', $format, '-o', $file, $image, 'emptydir');
		my %r = run('env', 'LC_ALL=C.UTF-8', 'bsdtar', '-xf', $file, '-C', $out);
		my @want = map { ($unicode ? $_->[3] : undef) // $_->[2] // $_->[1] } @NAMES;
		@want = grep { length $_ <= 255 } @want;	# the disk does not take more
		is_deeply([sort keys %{tree("$out/emptydir")}], [sort map { "/$_" } @want], "names in $format");
	}
	$err = ran('ustar', 1, '-f', 'ustar', '-o', path('x.ustar'), $image, 'emptydir');
	like($err, qr{/emptydir/X{244}: left out: .*too long}, 'what is too long is told');
}

# Directories that lead out: by their names, and in a circle.
sub test_directories
{
	my $image = image_with('small', 'insert main:root ' . entry_key($FOLDER, '..') . ' *main:/usr/bob',
		'insert main:root ' . entry_key($FOLDER, 'x/../../y') . ' *main:/usr/bob',
		'insert main:root ' . entry_key($FOLDER, 'loop') . ' *main:/emptydir');
	my $to = fresh_dir();
	my $err = ran('-C', 4, '-C', $to, $image, 'emptydir');
	my @have = sort keys %{tree($to)};
	is_deeply([grep { !m{/loop/|/loop\z} } @have],
		[map { "/emptydir$_" } '', map { "/$_" } (map { "%2E%2E$_" } '', '/lib', '/lib/x', '/profile'), 'x%2F..%2F..%2Fy'],
		'directories by names that lead nowhere');
	like($err, qr{/emptydir/loop \(qid 6\): a directory inside itself}, 'a circle is told');
	like($err, qr{/emptydir/x/\.\./\.\./y \(qid 43\): a directory that is in another place too}, 'so is a second place');
	my @tar = split /\n/, (run('sh', '-c', '"$1" -q "$2" emptydir | tar -tf -', 'sh', $export, $image))[1];
	is(scalar(grep { m{(\A|/)\.\.(/|\z)} } @tar), 0, 'no .. in an archive');
}

# What an attacker left in the directory beforehand.
sub test_links
{
	my $image = image('small');
	my ($to, $out) = (fresh_dir(), fresh_dir());
	symlink $out, "$to/usr" or die;
	symlink "$out/exec", "$to/exec" or die;
	mkdir "$to/dir" or die;
	symlink "$out/len1", "$to/dir/len1" or die;
	my $err = ran('-C', 1, '-C', $to, $image);
	like($err, qr{/usr: left out: cannot make the directory.*; and what is in it}, 'a link in place of a directory');
	like($err, qr{/$_: left out: cannot be created: File exists}, "a link in place of /$_") for qw(exec dir/len1);
	ran('--force', 1, '--force', '-C', $to, $image, 'exec', 'usr/bob/profile');
	ok(!-l "$to/exec" && -s "$to/exec", 'is replaced with --force');
	is_deeply([sort keys %{tree($out)}], [], 'nothing was written behind the links');
	my $old = slurp("$to/tmp");
	ran('again', 1, '-C', $to, $image, 'tmp');
	is(slurp("$to/tmp"), $old, 'what is there stays');
}

# "usr" is a directory in one snapshot and a file in the other, "users" the other way round.
sub test_roles
{
	my $image = image_with('small', 'insert adm:root ' . entry_key(1, 'usr') . ' *adm:/users',
		'insert main:root ' . entry_key(0, 'users') . ' *main:/emptydir', 'delete main:/emptydir');
	my ($to, $file, $out) = (fresh_dir(), path('roles.tar'), fresh_dir());
	ran('-C', 0, '--all-snaps', '-C', $to, $image);
	ran('tar', 0, '--all-snaps', '-o', $file, $image);
	my %r = run('tar', '-xf', $file, '-C', $out);
	is(complaint(\%r), undef, 'tar reads it');
	for my $d ($to, $out) {
		my $have = tree($d);
		is_deeply([map { $have->{$_}{dir} } qw(/main/usr /adm/usr /main/users /adm/users)], [1, 0, 1, 0], 'roles');
		is($have->{'/adm/usr'}{sha256}, $have->{'/adm/users'}{sha256}, 'contents');
	}
}

sub test_labels
{
	my $hex = sub { 'x:' . unpack 'H*', "\x03$_[0]" };
	my $image = image_with('small', map { 'insert snap:root ' . $hex->($_) . ' *snap:{label:empty}' } '../x', '..', 'a%2Fb', 'a/b');
	my $to = fresh_dir();
	my $err = ran('-C', 0, '--all-snaps', '-C', $to, $image, '/');
	my @have = sort grep { !m{\A/[^/]+/} } keys %{tree($to)};
	is_deeply(\@have, [map { "/$_" } qw(%2E%2E ..%2Fx a%2Fb a%2Fb%~1 adm empty main)], 'folders') or diag("@have\n$err");
}

sub flip
{
	my ($image, $where) = @_;
	edit($image, "fuzz $where flip 3");
}

# The second block of a file is zeros; all else is as it was.
sub test_data
{
	my $image = image_with('small');
	my ($to, $file) = (fresh_dir(), path('damaged.tar'));
	flip($image, 'main:/dir/len81997@20000');
	my %r = run(tool('gefs-cat'), image('small'), '/dir/len81997');
	my $want = $r{out};
	substr($want, 16384, 16384) = "\0" x 16384;
	my $block = qr{/dir/len81997: offset 16384: data block 0x[0-9a-f]+: hash is};
	my $err = ran('-C', 4, '-C', $to, $image);
	like($err, $block, 'path and offset');
	like($err, qr/39 files, .*1 DAMAGED: zeros for 16.0 KiB/, 'the summary tells what is lost');
	ok(slurp("$to/dir/len81997") eq $want, 'zeros take the place');
	$err = ran('archive', 4, '-o', $file, $image);
	like($err, $block, 'path and offset');
	my %t = run('tar', '-xOf', $file, 'dir/len81997');
	ok($t{out} eq $want, 'zeros in the archive');
	unlink $file;
	$err = ran('--strict', 1, '--strict', '-o', $file, $image);
	like($err, $block, 'path and offset');
	ok(!-e $file, 'and no archive');
	%r = run(tool('gefs-cat'), $image, '/dir/len81997');
	ok($r{status} == 4 && $r{out} eq $want, 'gefs-cat: zeros, and the status');
	like($r{err}, $block, 'path and offset');
	$err = ran('a list reads no contents', 0, '-t', $image);
}

# A leaf with some of the entries and contents.
sub test_node
{
	my $image = image_with('autosnap-real');
	my ($to, $whole) = (fresh_dir(), fresh_dir());
	ran('undamaged', 0, '-C', $whole, $image);
	flip($image, 'main:leaf[0].byte[100]');
	my $err = ran('-C', 4, '-C', $to, $image);
	like($err, qr{/\S*: .*(?:leaf|node|block) 0x[0-9a-f]+}, 'a path and the block');
	my ($have, $want) = (tree($to), tree($whole));
	my @odd = grep { !$want->{$_} } keys %$have;
	is("@odd", '', 'no names that are not there');
	my @other = grep { $have->{$_}{sha256} ne $want->{$_}{sha256} } grep { !$have->{$_}{dir} } keys %$have;
	$err = ran('with all complaints', 4, '-v', '-o', path('all.tar'), $image);
	for my $p (@other) {
		like($err, qr{^gefs-export: \Q$p\E: offset}m, "$p has lost something, and it is told");
	}
	ok(@other || keys %$have < keys %$want, 'something is lost');
	ran('--strict', 1, '--strict', '-C', fresh_dir(), $image);
	$err = ran('the root is gone', 4, '-qo', path('gone.tar'), do { my $i = image_with('small'); flip($i, 'main:root.byte[9]'); $i });
	like($err, qr/0x1fd0000/, 'which is told');
}

sub test_entry
{
	my $odd = image_with('small', 'insert main:root x:00000000000000000c0000000000000100 *main:/dir/len1#0');
	like(ran('a record between blocks', 4, '-C', fresh_dir(), $odd), qr{/dir/len\d+: offset 256: the record of a data block},
		'is told');
	my $image = image_with('small', 'insert main:root ' . entry_key($FOLDER, 'bad') . ' x:0011');
	my $err = ran('-C', 4, '-C', fresh_dir(), $image);
	like($err, qr{/emptydir: a directory entry cannot be decoded: .*bad}, 'is told');
	my %r = run(tool('gefs-ls'), '-R', $image);
	is($r{status}, 4, 'gefs-ls: the status');
	like($r{err}, qr/cannot be decoded/, 'and why');
}

# Lengths of all ones: no format writes until the end of time.
sub test_lengths
{
	my $image = image_with('small', 'set', 'main:/exec.length', '-1');
	for my $format (qw(ustar cpio zip 7zip mtree)) {
		my $err = ran($format, 1, '-f', $format, '-o', path("l.$format"), $image, 'exec');
		like($err, qr{/exec: left out: \d+ bytes of holes}, 'is told');
	}
	my $file = path('l.tar');
	ran('pax', 0, '-o', $file, $image, 'exec', 'empty');
	cmp_ok(-s $file, '<', 1 << 17, 'holes take no room');
	my %r = run('tar', '-tvf', $file);
	like($r{out}, qr/ 9223372036854775807 .* exec\n.* empty\n/, 'tar knows the length');
}
