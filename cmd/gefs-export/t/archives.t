#!/usr/bin/perl
# gefs-export on images of the real servers: other programs read what it writes, and find what the manifests tell.
#
#   prove cmd/gefs-export/t/archives.t

use strict;
use warnings;
no warnings 'portable';		# lengths above 32 bits
use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsFiles qw(:all);

my $export = tool('gefs-export');
my $dir = File::Temp->newdir('gefs-export-XXXXXX', TMPDIR => 1);
my $root = $> == 0;
my $count = 0;

subtest readers => \&test_readers;
subtest contents => \&test_contents;
subtest sparse => \&test_sparse;
subtest snapshots => \&test_snapshots;
subtest attributes => \&test_attributes;
subtest owners => \&test_owners;
subtest mtree => \&test_mtree;
subtest listing => \&test_listing;
subtest repeatable => \&test_repeatable;
subtest commands => \&test_commands;
done_testing();

sub path { return File::Spec->catfile($dir, @_) }

sub fresh_dir
{
	my $d = path('d' . $count++);
	mkdir $d or die "$d: $!\n";
	return $d;
}

# ran(NAME, STATUS, CMD...) -> standard output; the command must end with that status.
sub ran
{
	my ($name, $status, @cmd) = @_;
	my %r = run(@cmd);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(complaint(\%r, $status), undef, $name);
	return wantarray ? ($r{out}, $r{err}) : $r{out};
}

sub same
{
	my ($name, @diff) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(!@diff, $name) or diag(first_few(@diff));
}

# Names in a listing, as they are stored: without a slash or "./".
sub names
{
	return sort map { s{\A\./}{}r =~ s{/\z}{}r } grep { length } split /\n/, $_[0];
}

sub wanted_names
{
	my ($image, $label) = @_;
	return sort map { substr $_, 1 } grep { $_ ne '/' } keys %{expected(manifest($image))->{$label // 'main'}};
}

sub test_readers
{
	my $image = image('small');
	my @want = wanted_names('small');
	my @short = grep { length(s{.*/}{}r) <= 100 } @want;	# of ustar
	for my $row (['pax', 'tar', 0], ['ustar', 'ustar', 1], ['pax', 'tar.zst', 0], ['pax', 'tgz', 0], ['pax', 'tar.xz', 0],
		['pax', 'tar.bz2', 0], ['pax', 'tar.lz4', 0], ['cpio', 'cpio.gz', 0], ['cpio', 'cpio', 0], ['zip', 'zip', 0],
		['7zip', '7z', 0], ['mtree', 'mtree', 0]) {
		my ($format, $ending, $status) = @$row;
		my $file = path("x.$ending");
		ran("written as $ending", $status, $export, $format eq 'ustar' ? ('-f', 'ustar') : (), '-o', $file, $image);
		my $out = ran("bsdtar reads $ending", 0, 'env', 'LC_ALL=C.UTF-8', 'bsdtar', '-tf', $file);
		is_deeply([names($out)], $status ? \@short : \@want, "names in $ending");
	}
	my $tar = ran('tar -t', 0, qw(tar --quoting-style=literal -tf), path('x.tar'));
	is_deeply([names($tar)], \@want, 'GNU tar: names');
	my $cpio = ran('bsdcpio', 0, 'env', 'LC_ALL=C.UTF-8', 'bsdcpio', '-it', '-F', path('x.cpio'));
	is_deeply([names($cpio)], \@want, 'bsdcpio: names');
	is_deeply([names(ran('cpio', 0, qw(cpio -it --quiet -F), path('x.cpio')))], \@want, 'GNU cpio: names');
	ran('unzip -t', 0, qw(unzip -tqq), path('x.zip'));
	is_deeply([names(ran('unzip', 0, qw(env LC_ALL=C.UTF-8 unzip -Z1), path('x.zip')))], \@want, 'unzip: names');
	ran('7z t', 0, qw(7z t), path('x.7z'));
	my $list = ran('7z l', 0, qw(env LC_ALL=C.UTF-8 7z l -ba -slt), path('x.7z'));
	is_deeply([sort $list =~ /^Path = (.*)$/mg], \@want, '7z: names');
}

sub test_contents
{
	for my $name (qw(small A-small BE-small deep)) {
		my $image = image($name);
		my $want = expected(manifest($name))->{main};
		for my $how ($name eq 'deep' ? () : qw(tar bsdtar), 'directory') {	# those fail on long paths
			my $to = fresh_dir();
			if ($how eq 'directory') {
				ran("$name: -C", 0, $export, '-C', $to, $image);
			} else {
				my $file = path('c.tar');
				ran("$name: archive", 0, $export, '-o', $file, $image);
				ran("$name: $how", 0, $how, '-xpf', $file, '--no-same-owner', '-C', $to);
			}
			my @diff = differences(tree($to), $want, qw(mode length mtime sha256));
			@diff = grep { !/not in the manifest/ } @diff if $name eq 'deep';	# it does not list all
			same("$name: contents by $how", @diff);
		}
	}
	# Directories that only lead to what was asked for are like any that are made here.
	my $alone = fresh_dir();
	ran('a single path', 0, 'sh', '-c', 'umask 027; exec "$@"', 'sh', $export, '-C', $alone, image('small'), '/usr/bob/profile');
	is(sprintf('%o', (stat "$alone/usr/bob")[2] & 07777), '750', 'permissions of directories above a path');
	for my $ending (qw(zip 7z cpio.zst ustar)) {
		my ($to, $file) = (fresh_dir(), path("e.$ending"));
		my $want = expected(manifest('small'))->{main};
		ran("written as $ending", $ending eq 'ustar' ? 1 : 0, $export, $ending eq 'ustar' ? qw(-f ustar) : (), '-o', $file,
			image('small'));
		delete @$want{grep { length(s{.*/}{}r) > 100 } keys %$want} if $ending eq 'ustar';
		ran("bsdtar on $ending", 0, qw(env LC_ALL=C.UTF-8 bsdtar -xpf), $file, '--no-same-owner', '-C', $to);
		same("contents of $ending", differences(tree($to), $want, qw(length sha256 mode)));
	}
}

# Files of up to 4 EiB whose data is a few blocks: an archive has no more than that, and neither has the disk.
sub test_sparse
{
	for my $name (qw(sparse A-sparse)) {
		my $image = image($name);
		my $want = expected(manifest($name))->{main};
		my $data = 0;
		my @list = jsonl(ran("$name: list", 0, $export, '-t', '--json', $image));
		$data += $_->{data} for grep { ($_->{type} // '') eq 'file' } @list;
		my $long = 0;
		$long += $_->{length} for values %$want;
		cmp_ok($data, '<', 8 << 20, "$name: little data") or diag("$data bytes in files of $long");
		my $file = path("$name.tar");
		ran("$name: archive", 0, $export, '-o', $file, $image);
		cmp_ok(-s $file, '<', $data + (1 << 20), "$name: the archive has the data and nothing else");

		# Disks cannot hold files of any length.
		my @short = grep { $_ ne '/' && $want->{$_}{length} < 1 << 43 } keys %$want;
		my %short = map { $_ => $want->{$_} } @short;
		ran("$name: archive of what a disk can hold", 0, $export, '-o', $file, $image, @short);
		for my $how (qw(tar bsdtar directory)) {
			my $to = fresh_dir();
			if ($how eq 'directory') {
				ran("$name: -C", 0, $export, '-C', $to, $image, @short);
			} else {
				ran("$name: $how", 0, $how, '-xpf', $file, '--no-same-owner', '-C', $to);
			}
			my $have = tree($to);
			same("$name: contents by $how", differences($have, \%short, qw(length sha256 mode)), ranges($to, \%short));
			my $blocks = 0;
			$blocks += $_->{blocks} for values %$have;
			cmp_ok($blocks * 512, '<', $data + (1 << 20), "$name: is sparse on the disk, by $how");
		}
	}
	my ($out, $err) = ran('zip of a TiB of holes', 1, $export, '-o', path('s.zip'), '--max-fill', '64M', image('sparse'));
	like($err, qr{/hole1t: left out: \d+ bytes of holes}, 'is told');
	ran('but what is short is there', 0, qw(unzip -tqq), path('s.zip'), 'trunc-up');
}

sub ranges
{
	my ($to, $want) = @_;
	my @diff;
	for my $path (sort keys %$want) {
		for my $r (@{$want->{$path}{ranges}}) {
			my ($off, $n, $sha) = @$r;
			push @diff, "$path at $off: other contents" if sha_range("$to$path", $off, $n) ne $sha;
		}
	}
	return @diff;
}

sub test_snapshots
{
	for my $name (qw(snaps BE-snaps)) {
		my $image = image($name);
		my $labels = expected(manifest($name));
		my %want;
		for my $label (keys %$labels) {
			$want{$_ eq '/' ? "/$label" : "/$label$_"} = $labels->{$label}{$_} for keys %{$labels->{$label}};
		}
		my ($linked, $plain) = (path("$name.tar"), path("$name-plain.tar"));
		my ($out, $err) = ran("$name: --all-snaps", 0, $export, '--all-snaps', '-o', $linked, $image);
		like($err, qr/ hard links, /, 'with links');
		ran("$name: --no-dedup", 0, $export, '--all-snaps', '--no-dedup', '-qo', $plain, $image);
		cmp_ok(-s $linked, '<', (-s $plain) * 0.6, 'links save room');
		my $to = fresh_dir();
		ran("$name: tar", 0, qw(tar -xpf), $linked, '--no-same-owner', '-C', $to);
		same("$name: all snapshots", differences(tree($to), \%want, qw(mode length mtime sha256)));
	}
}

# What no field of tar can hold, as an importer finds it.
sub test_attributes
{
	my $image = image('small');
	my $file = path('a.tar');
	ran('archive', 0, $export, '-o', $file, $image);
	open(my $f, '<:raw', $file) or die "$file: $!\n";
	my $tar = do { local $/; <$f> };
	my %have;
	my $at = 0;
	while ($at < length $tar) {
		my $h = substr $tar, $at, 512;
		last if $h =~ /\A\0/;
		my $size = oct(substr($h, 124, 11));
		die 'not the header of attributes' if substr($h, 156, 1) ne 'x';
		my %r = records(substr $tar, $at + 512, $size);
		$h = substr $tar, $at + 512 + (($size + 511) & ~511), 512;
		my $path = $r{path} // unpack 'Z100', $h;
		$have{"/$path" =~ s{/\z}{}r} = \%r;
		$at += 1024 + (($size + 511) & ~511) + ((oct(substr($h, 124, 11)) + 511) & ~511);
	}
	my %r = run(tool('gefs-ls'), '-RJ', $image);
	my @diff;
	for my $w (jsonl($r{out})) {
		my $h = delete $have{path_of($w)};
		my %want = (qid => "$w->{qpath} $w->{qvers} $w->{qtype}", mode => $w->{mode}, uid => $w->{uid},
			gid => $w->{gid}, muid => $w->{muid});
		push @diff, map { "$w->{path}: $_: have " . ($h->{"SCHILY.xattr.user.gefs.$_"} // 'none') . ", want $want{$_}" }
		    grep { ($h->{"SCHILY.xattr.user.gefs.$_"} // '') ne $want{$_} } sort keys %want;
		my $ns = sprintf '%d.%09d', $w->{atime_ns} / 1000000000, $w->{atime_ns} % 1000000000;
		push @diff, "$w->{path}: atime $h->{atime}, want $ns" if $h->{atime} ne $ns =~ s/\.0+\z//r;
	}
	same('attributes of all files', @diff, keys %have);
}

sub path_of
{
	my ($l) = @_;
	return defined $l->{path_hex} ? pack('H*', $l->{path_hex}) : bytes($l->{path});
}

sub records
{
	my ($text) = @_;
	my %r;
	while ($text =~ /\G(\d+) /gc) {
		my $value = substr $text, pos($text), $1 - length($1) - 1;
		pos($text) += length $value;
		$value =~ /\A([^=]+)=(.*)\n\z/s or die "odd record: $value";
		$r{$1} = $2;
	}
	return %r;
}

# Numbers are kept where only root can keep them. Those that are below zero are nobody's.
sub test_owners
{
	plan(skip_all => 'only root can give files away') if !$root;
	for my $name (qw(small A-small)) {
		my $image = image($name);
		my %r = run(tool('gefs-ls'), '-RJ', $image);
		my %want = map { path_of($_) => $_ } jsonl($r{out});
		my $file = path('o.tar');
		ran('archive', 0, $export, '--numeric-owner', '-o', $file, $image);
		my ($one, $two) = (fresh_dir(), fresh_dir());
		ran('tar', 0, qw(tar -xpf), $file, '-C', $one);
		ran('-C', 0, $export, '--numeric-owner', '-C', $two, $image);
		for my $to ($one, $two) {
			my $have = tree($to);
			my @diff;
			for my $path (sort keys %want) {
				for my $k (qw(uid gid)) {
					my $id = $want{$path}{$k} < 0 ? 65534 : $want{$path}{$k};
					push @diff, "$path: $k $have->{$path}{$k}, want $id" if $have->{$path}{$k} != $id;
				}
			}
			same("$name: owners", @diff);
		}
	}
}

sub test_mtree
{
	my $want = expected(manifest('A-small'))->{main};
	my $out = ran('mtree', 0, $export, '-f', 'mtree', image('A-small'));
	my %have;
	for (split /\n/, $out) {
		my ($path, $rest) = m{\A\./(\S+) (.*)} or next;
		s/\\(\d{3})/chr oct $1/ge for $path, $rest;
		$have{"/$path"} = {map { /(.+?)=(.*)/ } split / /, $rest};
	}
	my @diff;
	for my $path (grep { $_ ne '/' } sort keys %$want) {
		my ($w, $h) = ($want->{$path}, delete $have{$path});
		push @diff, "$path: is missing" and next if !$h;
		push @diff, "$path: sha256" if defined $w->{sha256} && $h->{sha256digest} ne $w->{sha256};
		push @diff, "$path: mode" if oct $h->{mode} != ($w->{mode} & 0777);
		push @diff, "$path: owner" if $h->{uname} ne $w->{uid} && $w->{uid} ne 'none';
	}
	same('hashes, modes, owners', @diff, keys %have);
}

sub test_listing
{
	my $image = image('small');
	my ($out) = ran('-t', 0, $export, '-t', $image, '/usr/bob/');
	is($out, "usr/bob/\nusr/bob/lib/\nusr/bob/lib/x\nusr/bob/profile\n", 'paths are relative');
	($out) = ran('-t', 0, $export, '-t', $image, 'usr/bob/lib', '/usr/bob', '/exec', 'usr/../usr/bob');
	is($out, "exec\nusr/bob/\nusr/bob/lib/\nusr/bob/lib/x\nusr/bob/profile\n" =~ s/(exec\n)(.*)/$1$2/sr, 'nothing twice')
	    or diag($out);
	my @lines = jsonl(ran('-t --json', 0, $export, '-t', '--json', '--all-snaps', $image, 'users', 'usr'));
	is_deeply([map { $_->{stored} // $_->{type} } @lines],
		[qw(main/usr main/usr/bob main/usr/bob/lib main/usr/bob/lib/x main/usr/bob/profile main/usr/shared adm/users
			summary)], 'folders for labels, in the order of snapshots');
	is_deeply($lines[-1], {type => 'summary', snapshots => 3, dirs => 3, files => 4, links => 0, changed => 0, omitted => 0,
		damaged => 0}, 'summary');
}

# The same bytes, whenever and with however many threads.
sub test_repeatable
{
	for my $format (qw(tar tar.gz tar.zst cpio zip 7z mtree)) {
		my @sum;
		for my $jobs (1, 2) {
			my $file = path("r$jobs.$format");
			ran("$format, -j $jobs", 0, $export, '-j', $jobs, '-qo', $file, image('small'));
			push @sum, Digest::SHA->new(256)->addfile($file, 'b')->hexdigest;
			sleep 1 if $format =~ /gz|zip/ && $jobs == 1;
		}
		is($sum[1], $sum[0], "$format is the same again");
	}
}

sub test_commands
{
	my $image = image('small');
	my ($keep, $mine) = (path('keep.tar'), path('mine.img'));
	image_copy($image, $mine);
	ran('an archive', 0, $export, '-qo', $keep, $image);
	my $before = -s $keep;
	for my $row ([2, qr/IMAGE is missing/], [2, qr/no option/, '-x', $image], [2, qr/none of pax/, '-f', 'rar', $image],
		[2, qr/none of none, gzip/, '--filter', 'lzw', $image], [2, qr/compresses by itself/, '-o', path('x.zip.gz'), $image],
		[2, qr/-C is for a directory/, '-C', "$dir", '-o', $keep, $image], [2, qr/--force needs -C/, '--force', $image],
		[2, qr/exclude each other/, '-s', 'main', '--all-snaps', $image], [2, qr/--json needs -t/, '--json', $image],
		[1, qr{/nix: no such file}, '-o', $keep, $image, 'usr', 'nix'],
		[1, qr{/nix: no such file or directory in any}, '--all-snaps', '-o', $keep, $image, 'nix'],
		[1, qr/no files can be read/, '--all-snaps', '-o', $keep, image('B-asis')],
		[1, qr/no snapshot|no label/, '-s', 'nix', '-o', $keep, $image], [1, qr/is the image itself/, '-o', $mine, $mine],
		[1, qr/No such file/, '-o', path('no', 'such.tar'), $image], [1, qr/no files/, '-s', 'snap', '-o', $keep, $image]) {
		my ($status, $text, @args) = @$row;
		my %r = run($export, @args);
		is($r{status}, $status, "@args");
		like($r{err}, $text, 'says why');
	}
	is(-s $keep, $before, 'an archive is replaced by a complete one only');
	is_deeply([grep { /keep/ } do { opendir(my $d, $dir); readdir $d }], ['keep.tar'], 'and nothing is left behind');
	my $help = ran('--help', 0, $export, '--help');
	ok(!(grep { length > 79 } split /\n/, $help) && ($help =~ tr/\n//) <= 24, 'help fits a screen');
	my %full = run('sh', '-c', '"$1" -q "$2" >/dev/full', 'sh', $export, $image);
	is($full{status}, 1, 'a full disk is a failure');
}
