package GefsTest;

# What the command tests share: where the tree and the built commands are, unpacked test images and
# their manifests, running a command without a shell, and a strict reader of JSON and JSON Lines.
#
# Environment:
#   GEFS_BUILD       build directory (default "build"; a relative one is taken from the project root)
#   GEFS_TEST_CACHE  where unpacked images are kept (default: "testimg" in the build directory)
#   GEFS_TEST_LIMIT  seconds a command may take before it is killed (default 600)

use strict;
use warnings;
use Cwd ();
use Encode ();
use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Spec;
use File::Temp ();
use JSON::PP ();
use POSIX ();

our @EXPORT_OK = qw(
	root build_dir tool images images9 images_older chosen image image_copy manifest run jsonl
	parse_json read_zstd complaint first_few printable same_bytes
);
our %EXPORT_TAGS = (all => \@EXPORT_OK);

my $ROOT = Cwd::abs_path(File::Spec->catdir(dirname(__FILE__), File::Spec->updir, File::Spec->updir));

sub root { return $ROOT }

sub build_dir
{
	return File::Spec->rel2abs(length($ENV{GEFS_BUILD} // '') ? $ENV{GEFS_BUILD} : 'build', $ROOT);
}

# tool(NAME) -> path of a built command; dies if it was not built.
sub tool
{
	my ($name) = @_;
	my $path = File::Spec->catfile(build_dir(), 'bin', $name);
	-x $path or die "$path is missing: run make first\n";
	return $path;
}

sub corpus_file
{
	return File::Spec->catfile($ROOT, 'testdata', 'corpus', @_);
}

# images() -> names of all test images, sorted.
sub images
{
	my $dir = corpus_file();
	opendir(my $d, $dir) or die "$dir: $!\n";
	my @names = sort map { /^(.+)\.img\.zst\z/ ? $1 : () } readdir $d;
	closedir $d;
	return @names;
}

# images9() -> only those of the format gefs9.00 (the older ones are named A-*, B-* and BE-*).
sub images9
{
	return grep { !/^(?:A|B|BE)-/ } images();
}

# images_older() -> the others: A-* and BE-* of gefs0001 in both byte orders, B-* of the revision of 2023.
sub images_older
{
	return grep { /^(?:A|B|BE)-/ } images();
}

# chosen(NAMES) -> the names given on the command line (prove t/x.t :: small snaps), by default all.
sub chosen
{
	my @names = @_;
	return @names unless @ARGV;
	my %want = map { $_ => 1 } @ARGV;
	my @got = grep { delete $want{$_} } @names;
	die 'no such image: ', join(' ', sort keys %want), "\n" if %want;
	return @got;
}

sub cache_dir
{
	my $dir = length($ENV{GEFS_TEST_CACHE} // '')
	    ? File::Spec->rel2abs($ENV{GEFS_TEST_CACHE}, $ROOT)
	    : File::Spec->catdir(build_dir(), 'testimg');
	make_path($dir);
	return $dir;
}

# image(NAME) -> path of the unpacked, sparse image. It is shared by all tests: never write to it.
sub image
{
	my ($name) = @_;
	my $from = corpus_file("$name.img.zst");
	my $to = File::Spec->catfile(cache_dir(), "$name.img");
	my @from = stat $from or die "$from: $!\n";
	my @to = stat $to;
	return $to if @to && $to[9] > $from[9];

	my $tmp = "$to.tmp$$";
	unlink $tmp;
	my %r = run('zstd', '-d', '--sparse', '--long=27', '-q', '-f', $from, '-o', $tmp);
	if (my $why = complaint(\%r)) {
		unlink $tmp;
		die "zstd $from: $why\n";
	}
	utime(undef, undef, $tmp) or die "$tmp: $!\n";	# zstd gives it the time of the archive
	rename($tmp, $to) or die "$to: $!\n";
	return $to;
}

# image_copy(FROM, TO): a sparse copy that may be written to.
sub image_copy
{
	my ($from, $to) = @_;
	my %r = run('cp', '--sparse=always', '--reflink=auto', '--', $from, $to);
	my $why = complaint(\%r);
	die "cp $from $to: $why\n" if $why;
	return $to;
}

# same_bytes(A, B) -> whether two files are equal. Holes of both are not read.
sub same_bytes
{
	my @fh = map { open(my $fh, '<:raw', $_) or die "$_: $!\n"; $fh } @_;
	return 0 if -s $fh[0] != -s $fh[1];
	for my $fh (@fh) {
		for (extents($fh)) {
			my ($at, $end) = @$_;
			while ($at < $end) {
				my $n = $end - $at > 1 << 20 ? 1 << 20 : $end - $at;
				return 0 if bytes_at($fh[0], $at, $n) ne bytes_at($fh[1], $at, $n);
				$at += $n;
			}
		}
	}
	return 1;
}

# Where a file has data, as [from, to).
sub extents
{
	my ($fh) = @_;
	my ($seek_data, $seek_hole, $end, @r) = (3, 4, 0);
	while (defined(my $from = sysseek($fh, $end, $seek_data))) {
		$end = sysseek($fh, $from, $seek_hole) // die "lseek: $!\n";
		push @r, [$from + 0, $end + 0];
	}
	return @r;
}

sub bytes_at
{
	my ($fh, $at, $n) = @_;
	sysseek($fh, $at, 0) // die "lseek: $!\n";
	my $got = sysread($fh, my $bytes, $n) // die "read: $!\n";
	$got == $n or die "read: only $got of $n bytes\n";
	return $bytes;
}

# read_zstd(FILE) -> unpacked bytes.
sub read_zstd
{
	my ($file) = @_;
	my %r = run('zstd', '-dc', '--long=27', '-q', $file);
	my $why = complaint(\%r);
	die "zstd $file: $why\n" if $why;
	return $r{out};
}

# manifest(NAME) -> what the real server said about an image.
sub manifest
{
	my ($name) = @_;
	return parse_json(read_zstd(corpus_file("$name.json.zst")));
}

# run(CMD, ARG...) -> (out, err, status, signal): bytes of the two streams, exit status, and the signal that
# ended the command (0: none; status is then -1). No shell is involved; standard input is empty.
sub run
{
	my @cmd = @_;
	my $out = File::Temp->new;
	my $err = File::Temp->new;
	my $limit = $ENV{GEFS_TEST_LIMIT} // 600;

	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		alarm $limit;	# survives exec: a command that hangs dies of SIGALRM
		open(STDIN, '<', File::Spec->devnull)
		    && open(STDOUT, '>&', $out)
		    && open(STDERR, '>&', $err)
		    && do { no warnings 'exec'; exec { $cmd[0] } @cmd };
		print STDERR "$cmd[0]: $!\n";
		close STDERR;
		POSIX::_exit(127);
	}
	waitpid($pid, 0) == $pid or die "waitpid: $!\n";
	my $w = $?;
	return (
		out => slurp($out),
		err => slurp($err),
		status => $w & 127 ? -1 : $w >> 8,
		signal => $w & 127,
	);
}

sub slurp
{
	my ($fh) = @_;
	local $/;
	binmode $fh;
	seek($fh, 0, 0) or die "seek: $!\n";
	return <$fh> // '';
}

# complaint(RESULT of run, allowed statuses = 0) -> undef, or a line saying how the command failed.
sub complaint
{
	my ($r, @allowed) = @_;
	@allowed = (0) unless @allowed;
	return if !$r->{signal} && grep { $_ == $r->{status} } @allowed;
	my $how = $r->{signal} ? "killed by signal $r->{signal}" : "exit status $r->{status}";
	my $err = substr($r->{err}, 0, 400);
	$err =~ s/\s+\z//;
	return length $err ? "$how: $err" : $how;
}

# first_few(LIST) -> up to five lines for diag, and how many more there are.
sub first_few
{
	my @l = map { printable($_) } @_;
	return unless @l;
	my $n = @l;
	splice @l, 5;
	push @l, sprintf('... and %d more', $n - 5) if $n > 5;
	return join "\n", @l;
}

# printable(TEXT) -> not too long, and ASCII only, so that diag can print it.
sub printable
{
	my ($s) = @_;
	$s =~ s/([^\x20-\x7e\n])/sprintf '\\x{%x}', ord $1/ge;
	return length $s > 600 ? substr($s, 0, 600) . '...' : $s;
}

# jsonl(TEXT) -> decoded lines; dies with the line number if one is not a JSON value.
sub jsonl
{
	my ($text) = @_;
	my ($n, @r) = 0;
	for my $line (split /^/, $text) {
		$n++;
		chomp $line or die "line $n: no newline at the end\n";
		my $v = eval { parse_json($line) };
		die "line $n: $@" if $@;
		push @r, $v;
	}
	return @r;
}

# parse_json(BYTES) -> value, as JSON::PP->new->utf8 does, but some times faster (manifests are megabytes), and
# stricter: bad UTF-8, lone surrogates and keys that occur twice are errors. Strings are decoded to characters.
our $S;	# the text, as bytes: positions in character strings are slow
my %ESCAPE = (b => "\b", f => "\f", n => "\n", r => "\r", t => "\t");

sub parse_json
{
	local $S = $_[0];
	if ($S =~ /[\x80-\xff]/) {
		my $copy = $S;
		eval { Encode::decode('UTF-8', $copy, Encode::FB_CROAK); 1 } or die "not UTF-8\n";
	}
	pos($S) = 0;
	$S =~ /\G[ \t\r\n]+/gc;
	my $v = value(0);
	$S =~ /\G[ \t\r\n]*\z/gc or bad('text after the value');
	return $v;
}

sub bad
{
	die sprintf("bad JSON at byte %d: %s, near \"%s\"\n", pos($S) // 0, $_[0], substr($S, pos($S) // 0, 30));
}

sub value
{
	my ($depth) = @_;
	return $1 + 0 if $S =~ /\G(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/gc;
	return string() if $S =~ /\G"/gc;
	bad('nested too deeply') if $depth > 90;
	if ($S =~ /\G\{[ \t\r\n]*/gc) {
		my %h;
		return \%h if $S =~ /\G\}/gc;
		for (;;) {
			$S =~ /\G"/gc or bad('no key');
			my $k = string();
			bad("key \"$k\" twice") if exists $h{$k};
			$S =~ /\G[ \t\r\n]*:[ \t\r\n]*/gc or bad('no colon');
			$h{$k} = value($depth + 1);
			next if $S =~ /\G[ \t\r\n]*,[ \t\r\n]*/gc;
			return \%h if $S =~ /\G[ \t\r\n]*\}/gc;
			bad('no comma or brace');
		}
	}
	if ($S =~ /\G\[[ \t\r\n]*/gc) {
		my @a;
		return \@a if $S =~ /\G\]/gc;
		for (;;) {
			push @a, value($depth + 1);
			next if $S =~ /\G[ \t\r\n]*,[ \t\r\n]*/gc;
			return \@a if $S =~ /\G[ \t\r\n]*\]/gc;
			bad('no comma or bracket');
		}
	}
	return $JSON::PP::true if $S =~ /\Gtrue\b/gc;
	return $JSON::PP::false if $S =~ /\Gfalse\b/gc;
	return undef if $S =~ /\Gnull\b/gc;
	bad('no value');
}

# string() -> the string whose opening quote was just read.
sub string
{
	my $s = '';
	for (;;) {
		$s .= $1 if $S =~ /\G([^"\\\x00-\x1f]+)/gc;
		last if $S =~ /\G"/gc;
		if ($S =~ /\G\\(["\\\/bfnrt])/gc) {
			$s .= $ESCAPE{$1} // $1;
		} elsif ($S =~ /\G\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/gc) {
			$s .= utf8_bytes(0x10000 + ((hex($1) & 0x3ff) << 10) + (hex($2) & 0x3ff));
		} elsif ($S =~ /\G\\u(?![dD][89a-fA-F])([0-9a-fA-F]{4})/gc) {
			$s .= utf8_bytes(hex $1);
		} else {
			bad('bad string');
		}
	}
	utf8::decode($s);
	return $s;
}

sub utf8_bytes
{
	my $c = chr $_[0];
	utf8::encode($c);
	return $c;
}

1;
