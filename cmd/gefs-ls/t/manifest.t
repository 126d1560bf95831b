#!/usr/bin/perl
# gefs-ls and gefs-cat against what the real servers said about every test image: names, modes, owners, lengths and times
# of all labels; contents of some files.
#
#   prove cmd/gefs-ls/t/manifest.t :: small sparse    some images

use strict;
use warnings;
no warnings 'portable';		# modes above 32 bits
use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use File::Spec;
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsFiles qw(:all);

my ($ls, $cat) = (tool('gefs-ls'), tool('gefs-cat'));
my $LABELS = 6;	# of an image, at most
my $SAMPLE = 4;		# files of which the contents are looked at, in two labels

for my $name (chosen(grep { !/^B-/ && $_ ne 'grown-bug' } images())) {
	subtest $name => sub {
		eval { test_image($name); 1 } or fail('went through') || diag($@);
	};
}
test_commands() unless @ARGV;
done_testing();

# At most n of a list, from all over it.
sub some
{
	my ($n, @l) = @_;
	return @l if @l <= $n;
	return map { $l[$_ * $#l / ($n - 1)] } 0 .. $n - 1;
}

sub test_image
{
	my ($name) = @_;
	my $image = image($name);
	my $labels = expected(manifest($name));
	my @labels = some($LABELS, sort keys %$labels);
	my ($n, @diff) = 0;
	for my $label (@labels) {
		my $want = $labels->{$label};
		$n += keys %$want;
		push @diff, map { "$label:$_" } check_list($image, $label, $want, $name eq 'deep');
	}
	ok(!@diff, "$n entries of " . @labels . ' labels') or diag(first_few(@diff));
	@diff = map { check_contents($image, $_, $labels->{$_}) } some(2, @labels);
	ok(!@diff, 'contents') or diag(first_few(@diff));
}

sub check_list
{
	my ($image, $label, $want, $partial) = @_;
	my %r = run($ls, '-RJ', '-s', $label, $image);
	my @diff = complaint(\%r) // ();
	my %have = map { (defined $_->{path_hex} ? pack('H*', $_->{path_hex}) : bytes($_->{path})) => $_ } jsonl($r{out});
	for my $path (grep { $_ ne '/' } sort keys %$want) {
		my ($w, $h) = ($want->{$path}, delete $have{$path});
		if (!$h) {
			push @diff, "$path is missing";
			next;
		}
		my %h = (mode => oct $h->{mode}, length => $h->{length}, uid => bytes($h->{uid_name}),
			gid => bytes($h->{gid_name}), mtime => seconds($h->{mtime_ns}), qpath => $h->{qpath});
		push @diff, map { "$path: $_: have $h{$_}, want $w->{$_}" } grep { $h{$_} ne $w->{$_} } sort keys %h;
	}
	push @diff, map { "$_ is not in the manifest" } sort keys %have unless $partial;
	return @diff;
}

sub check_contents
{
	my ($image, $label, $want) = @_;
	my @diff;
	for my $path (some($SAMPLE, grep { defined $want->{$_}{sha256} } sort keys %$want)) {
		my %r = run($cat, '-s', $label, $image, $path);
		push @diff, complaint(\%r) // ();
		push @diff, "$label:$path: other contents" if sha256_hex($r{out}) ne $want->{$path}{sha256};
	}
	return @diff;
}

sub lines
{
	my %r = run(@_);
	is(complaint(\%r), undef, "@_[1 .. $#_]");
	return $r{out};
}

sub test_commands
{
	my $image = image('small');
	is(lines($ls, $image, '/usr'), "/usr/bob/\n/usr/shared\n", 'a directory');
	is(lines($ls, $image, 'usr/./bob/../shared'), "/usr/shared\n", 'a file, by a path that wanders');
	is(lines($ls, '-R', $image, '/usr/bob'), "/usr/bob/lib/\n/usr/bob/lib/x\n/usr/bob/profile\n", 'all below');
	is(lines($ls, '-l', $image, '/usr/bob/profile'),
		"--rw-rw-r-- bob      bob              13 2023-11-14 22:13:20 /usr/bob/profile\n", 'in full');
	is(lines($cat, $image, '/usr/bob/profile', 'exec'), "bob was here\n#!/bin/rc\necho hi\n", 'two files');
	for my $row ([$ls, 1, qr/no such file/, $image, '/nix'], [$ls, 1, qr/no such file/, '-s', 'adm', $image, '/usr'],
		[$ls, 2, qr/IMAGE is missing/], [$ls, 2, qr/no option -x/, '-x', $image], [$ls, 1, qr/snap/, '-s', 'snap', $image],
		[$cat, 2, qr/PATH is missing/, $image], [$cat, 1, qr/is a directory/, $image, '/usr'],
		[$cat, 1, qr/not a directory/, $image, '/usr/bob/profile/x'], [$cat, 1, qr/No such file/, "$image.none", '/x']) {
		my ($tool, $status, $text, @args) = @$row;
		my %r = run($tool, @args);
		is($r{status}, $status, join ' ', (File::Basename::basename($tool), @args), 'gives', $status);
		like($r{err}, $text, 'and says why');
	}
	my %r = run($cat, $image, '/nix', '/usr/bob/profile');
	is("$r{status} $r{out}", "1 bob was here\n", 'goes on after a file that is not there');
	for my $tool ($ls, $cat) {
		my $help = lines($tool, '--help');
		ok(!(grep { length > 79 } split /\n/, $help) && ($help =~ tr/\n//) <= 24, 'help fits a screen');
	}
}
