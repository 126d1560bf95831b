package GefsFiles;

# Files as the manifests tell them, and as they lie in a directory, for tests that compare the two.

use strict;
use warnings;
use Digest::SHA ();
use Exporter 'import';
use Fcntl qw(:mode SEEK_SET);
use GefsTest qw(:all);

our @EXPORT_OK = qw(bytes expected tree differences seconds sha_range);
our %EXPORT_TAGS = (all => \@EXPORT_OK);

sub bytes
{
	my ($s) = @_;
	utf8::encode($s);
	return $s;
}

# The server shows whole seconds, as 9P does: rounded to the nearest, 32 bits.
sub seconds
{
	my ($ns) = @_;
	use integer;
	return (($ns + 500000000) / 1000000000) & 0xffffffff;
}

# expected(MANIFEST) -> {label => {path => entry}}, all names as bytes, paths absolute. An entry has dir, mode (a
# number), uid, gid (names), length, mtime (seconds), qpath, and for files perhaps sha256 or ranges [[offset, n, sha256]].
sub expected
{
	my ($m) = @_;
	my %labels;
	for my $label (keys %{$m->{labels}}) {
		my $l = $m->{labels}{$label};
		my @e = ref $l eq 'HASH' ? map { current($_) } @{$l->{entries}} : map { older($_) } @$l;
		$labels{bytes($label)} = {map { $_->{path} => $_ } @e};
	}
	return \%labels;
}

sub current
{
	my ($e) = @_;
	my $mode = oct $e->{mode};
	return {
		path => bytes($e->{path}), dir => !!($mode & 0x80000000), mode => $mode, length => $e->{length},
		uid => bytes($e->{uid}), gid => bytes($e->{gid}), mtime => $e->{mtime}, qpath => $e->{qpath},
		sha256 => $e->{sha256}, ranges => [map { [@$_{qw(off n sha256)}] } @{$e->{ranges} // []}],
	};
}

sub older
{
	my ($e) = @_;
	my $path = '/' . join '/', map { ref $_ ? pack('H*', $_->{hex}) : bytes($_) } @{$e->{path}};
	my $whole = defined $e->{sha256} && $e->{nread} == $e->{length} && !$e->{error};
	return {
		path => $path, dir => !!($e->{mode} & 0x80000000), mode => $e->{mode}, length => $e->{length},
		uid => bytes($e->{uid}), gid => bytes($e->{gid}), mtime => $e->{mtime}, qpath => $e->{qid}{path},
		sha256 => $whole ? $e->{sha256} : undef, ranges => $e->{windows} // [],
	};
}

# tree(DIR) -> {path => {dir, mode, length, mtime, uid, gid, sha256, blocks}} of what lies below it, paths like "/a/b".
# Paths may be longer than any system call takes. Files of more than a GiB have no sha256.
sub tree
{
	my ($dir) = @_;
	my %have;
	my $pid = open(my $out, '-|') // die "fork: $!\n";
	if ($pid == 0) {
		chdir $dir or die "$dir: $!\n";
		binmode STDOUT;
		look('');
		close STDOUT;
		POSIX::_exit(0);
	}
	binmode $out;
	local $/ = "\0";
	while (defined(my $path = <$out>)) {
		chomp(my @v = map { scalar <$out> } 1 .. 8);
		chomp $path;
		@{$have{$path}}{qw(dir mode length mtime uid gid blocks sha256)} = @v;
	}
	close $out or die "looking at $dir failed\n";
	return \%have;
}

sub look
{
	my ($above) = @_;
	opendir(my $d, '.') or die "$above: $!\n";
	for my $name (sort grep { !/\A\.\.?\z/ } readdir $d) {
		my @st = lstat $name or die "$above/$name: $!\n";
		my $dir = S_ISDIR($st[2]);
		my $sha = S_ISREG($st[2]) && $st[7] <= 1 << 30 ? Digest::SHA->new(256)->addfile("./$name", 'b')->hexdigest : '';
		print join("\0", "$above/$name", $dir ? 1 : 0, $st[2] & 07777, @st[7, 9, 4, 5, 12], $sha), "\0";
		next if !$dir;
		chdir $name or die "$above/$name: $!\n";
		look("$above/$name");
		chdir '..' or die "$above: $!\n";
	}
}

# sha_range(FILE, OFFSET, N)
sub sha_range
{
	my ($file, $off, $n) = @_;
	open(my $f, '<:raw', $file) or return "$file: $!";
	sysseek($f, $off, SEEK_SET) or return "$file: $!";
	my $sha = Digest::SHA->new(256);
	while ($n > 0) {
		my $got = sysread $f, my $buf, $n < 1 << 20 ? $n : 1 << 20;
		last if !$got;
		$sha->add($buf);
		$n -= $got;
	}
	return $sha->hexdigest;
}

# differences(HAVE of tree, WANT of expected, FIELD...) -> a line each. The root is not looked at; mtime is compared in
# seconds, cut as file systems show them.
sub differences
{
	my ($have, $want, @fields) = @_;
	my @diff;
	my %have = %$have;
	for my $path (sort keys %$want) {
		next if $path eq '/';
		my ($w, $h) = ($want->{$path}, delete $have{$path});
		if (!$h) {
			push @diff, "$path is missing";
			next;
		}
		push @diff, "$path: is a " . ($h->{dir} ? 'directory' : 'file') if !$h->{dir} ne !$w->{dir};
		for my $f (@fields) {
			next if !defined $w->{$f} || ($f ne 'mode' && $f ne 'mtime' && $w->{dir});
			my ($x, $y) = ($h->{$f}, $w->{$f});
			$y &= 0777 if $f eq 'mode';
			next if $f eq 'mtime' ? abs($x - $y) <= 1 : $x eq $y;
			next if $f eq 'sha256' && $x eq '';
			push @diff, "$path: $f: have $x, want $y";
		}
	}
	push @diff, map { "$_ is not in the manifest" } sort keys %have;
	return @diff;
}

1;
