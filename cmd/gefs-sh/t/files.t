#!/usr/bin/perl
# gefs-sh against what the real servers said about every test image: what ls lists, what cat and hexdump print and what
# get writes, of all labels, is what the manifests tell.
#
#   prove cmd/gefs-sh/t/files.t :: small sparse    some images

use strict;
use warnings;
no warnings 'portable';		# modes above 32 bits
use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsFiles qw(:all);

my $SMALL = 64 << 10;		# longer files are not for cat
my $DISK = 1 << 43;		# longer ones are not for disks either
my $sh = tool('gefs-sh');
my $slow = build_dir() =~ /asan/;
my $dir = File::Temp->newdir('gefs-sh-XXXXXX', DIR => roomy());
umask 0;	# which takes permissions of what get copies
my $fields = $> == 0 ? [qw(mode length mtime sha256)] : [qw(length mtime sha256)];

# With sanitizers, what is long to read or like others is left out.
my %SLOW = map { $_ => 1 } qw(small snaps autosnap-real snaps-main-deleted empty-min config sparse deep A-small A-snaps
    A-crash1 A-sparse BE-snaps A-snapgen);
# Of grown-bug there is no truth, and of B-* nothing but the block layer.
my @images = grep { !/^B-/ && $_ ne 'grown-bug' && (!$slow || $SLOW{$_}) } images();

for my $name (chosen(@images)) {
	subtest $name => sub {
		eval { test_image($name); 1 } or fail('went through') || diag($@);
	};
}
done_testing();

# Memory, where there is enough: many small files are made.
sub roomy
{
	my %r = run(qw(df -Pk /dev/shm));
	my (undef, $line) = split /\n/, $r{out};
	my $free = (split ' ', $line // '')[3] // 0;
	return $free > 2 << 20 && -w '/dev/shm' ? '/dev/shm' : File::Spec->tmpdir;
}

sub verdict
{
	my ($name, @diff) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(!@diff, $name) or diag(first_few(@diff));
}

sub test_image
{
	my ($name) = @_;
	my $labels = expected(manifest($name));
	my @labels = sort keys %$labels;
	my $n = 0;
	$n += keys %$_ for values %$labels;
	my $what = "$n entries of " . @labels . ' labels';
	verdict("ls: $what", check_ls($name, $labels, @labels));
	verdict('cat', check_cat($name, $labels, @labels));
	verdict('hexdump of ranges', check_ranges($name, $labels, @labels));
	verdict("get: $what", check_get($name, $labels, @labels));
}

# In quotes, as the shell of gefs-sh takes it.
sub quoted
{
	return "'" . ($_[0] =~ s/'/'\\''/gr) . "'";
}

# script(DIFF, IMAGE, LINES, STATUS, OPTION...) -> what it printed; what goes wrong is added to @$diff.
sub script
{
	my ($diff, $name, $lines, $status, @options) = @_;
	my $file = "$dir/script";
	open my $f, '>:raw', $file or die "$file: $!\n";
	print $f map { "$_\n" } @$lines;
	close $f or die "$file: $!\n";
	my %r = run($sh, '-f', $file, @options, image($name));
	my $why = complaint(\%r, $status);
	push @$diff, $why if $why;
	return $r{out};
}

# The manifest of "deep" does not have all files.
sub surplus
{
	my ($name, @paths) = @_;
	return $name eq 'deep' ? () : map { "$_ is not in the manifest" } sort @paths;
}

sub path_of
{
	my ($l) = @_;
	return defined $l->{path_hex} ? pack('H*', $l->{path_hex}) : bytes($l->{path});
}

# ---- ls ----

sub check_ls
{
	my ($name, $labels, @labels) = @_;
	my (@diff, %have, $label);
	my @script = map { ("echo $_", 'ls -lR ' . quoted("$labels[$_]:/")) } 0 .. $#labels;
	for my $l (jsonl(script(\@diff, $name, \@script, 0, '--json'))) {
		if ($l->{echo}) {
			$label = $labels[$l->{echo}[0]];
			next;
		}
		$have{$label}{path_of($l)} = $l;
	}
	for my $l (@labels) {
		push @diff, map { "$l:$_" } compare_list($name, $have{$l} // {}, $labels->{$l});
	}
	return @diff;
}

sub compare_list
{
	my ($name, $have, $want) = @_;
	my @diff;
	for my $path (grep { $_ ne '/' } sort keys %$want) {
		my ($w, $h) = ($want->{$path}, delete $have->{$path});
		if (!$h) {
			push @diff, "$path is missing";
			next;
		}
		my %h = (mode => oct $h->{mode}, length => $h->{length}, uid => bytes($h->{uid_name}),
			gid => bytes($h->{gid_name}), mtime => seconds($h->{mtime_ns}), qpath => $h->{qpath});
		push @diff, map { "$path: $_: have $h{$_}, want $w->{$_}" } grep { $h{$_} ne $w->{$_} } sort keys %h;
	}
	return @diff, surplus($name, keys %$have);
}

# ---- cat ----

# All files in one stream, which is cut by their lengths.
sub check_cat
{
	my ($name, $labels, @labels) = @_;
	my (@diff, @script, @files);
	for my $label (@labels) {
		my $want = $labels->{$label};
		my @small = grep { defined $want->{$_}{sha256} && $want->{$_}{length} <= $SMALL } sort keys %$want;
		push @files, map { ["$label:$_", $want->{$_}] } @small;
		while (my @some = splice @small, 0, 100) {
			push @script, join ' ', 'cat', map { quoted("$label:$_") } @some;
		}
	}
	my ($out, $at) = (script(\@diff, $name, \@script, 0), 0);
	for (@files) {
		my ($file, $want) = @$_;
		my $part = substr $out, $at, $want->{length};
		$at += $want->{length};
		push @diff, "$file: other contents" if sha256_hex($part) ne $want->{sha256};
		last if @diff;	# all that follows may be shifted
	}
	push @diff, 'more than was asked for' if !@diff && $at != length $out;
	return @diff;
}

# ---- hexdump ----

sub check_ranges
{
	my ($name, $labels, @labels) = @_;
	my (@diff, @script, @want, @have);
	for my $label (@labels) {
		for my $path (sort keys %{$labels->{$label}}) {
			for my $r (@{$labels->{$label}{$path}{ranges} // []}) {
				push @script, 'echo', "hexdump -o $r->[0] -n $r->[1] " . quoted("$label:$path");
				push @want, ["$label:$path $r->[0]+$r->[1]", $r->[2]];
			}
		}
	}
	for my $l (jsonl(script(\@diff, $name, \@script, 0, '--json'))) {
		if ($l->{echo}) {
			push @have, '';
		} else {
			$have[-1] .= defined $l->{data_hex} ? pack 'H*', $l->{data_hex} : "\0" x $l->{zeros};
		}
	}
	push @diff, map { "$want[$_][0]: other contents" } grep { sha256_hex($have[$_] // '') ne $want[$_][1] } 0 .. $#want;
	return @diff;
}

# ---- get ----

# Each label goes to a directory of its own, whose name is a number. What no disk can hold is left out.
sub check_get
{
	my ($name, $labels, @labels) = @_;
	my $to = "$dir/get";
	my @diff;
	mkdir $to or die "$to: $!\n";
	my @script = map { get_line($labels, $labels[$_], "$to/$_") } 0 .. $#labels;
	# The server of A-snapgen used blocks of an older snapshot again, which it then could not read itself.
	script(\@diff, $name, \@script, $name eq 'A-snapgen' ? 4 : 0, '-k');
	my (%have, @surplus);
	my $all = tree($to);
	for my $path (keys %$all) {
		my ($n, $rest) = $path =~ m{\A/(\d+)(/.*)?\z}s;
		$have{$labels[$n]}{$rest} = $all->{$path} if defined $rest;
	}
	for my $label (@labels) {
		my $want = $labels->{$label};
		my %short = map { $_ => $want->{$_} } grep { $want->{$_}{length} < $DISK } keys %$want;
		push @diff, map { "$label:$_" } differences($have{$label} // {}, \%short, @$fields);
	}
	@diff = grep { !/ is not in the manifest/ } @diff if $name eq 'deep';
	remove_tree($to);
	return @diff;
}

sub get_line
{
	my ($labels, $label, $to) = @_;
	my $want = $labels->{$label};
	my @top = grep { m{\A/[^/]+\z} } sort keys %$want;
	return 'get -r ' . quoted("$label:/") . ' ' . quoted($to) if !grep { $_->{length} >= $DISK } values %$want;
	my @short = grep { $want->{$_}{length} < $DISK } @top;
	return join ' ', 'get -r', (map { quoted("$label:$_") } @short), quoted($to);
}
