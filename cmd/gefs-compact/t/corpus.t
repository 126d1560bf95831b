#!/usr/bin/perl
# Compacting a copy of each test image: the files stay the same, free space is what it should be, a second time changes
# nothing, and gefs-undo gives back the same bytes. Images with errors are left alone.
#
#   prove cmd/gefs-compact/t/corpus.t :: small snaps     only these images

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

my $compact = tool('gefs-compact');
my $undo = tool('gefs-undo');
my $check = tool('gefs-check');
my $dump = tool('gefs-dump');
my $tmp = tempdir(CLEANUP => 1);
my $copy = "$tmp/copy.img";

# The sanitizers' build sees one image of each kind.
my @few = qw(small churn-longlog2 crash-pt-arena-9 crash-pt-super-7-300 grown-bug grown-only A-crash1 A-torn3 BE-snaps
	B-defer B-asis-16k);
my @names = chosen(build_dir() =~ /asan/ ? @few : images());

my %shrinks = ('churn-longlog2' => 8, 'crash-afterbarrier' => 8, 'A-bigdir' => 8, 'B-defer' => 8);
my %mends = ('crash-pt-arena-9' => 8, 'crash-pt-super-1' => 8, 'crash-pt-arena-20' => 3, 'A-torn3' => 4);

for my $name (@names) {
	my $plan = $name eq 'grown-bug' ? \&refuse_image : \&compact_image;
	subtest $name => sub {
		image_copy(image($name), $copy);
		unlink "$copy.undo";
		utime(1, 1, $copy);
		$plan->($name, $name =~ /^B-/ ? ('--format', 'gefs-2023') : ());
	};
}
done_testing();

sub compact_image
{
	my ($name, @format) = @_;
	my $files = files(@format);
	my %before = arenas(@format);

	my %r = run($compact, @format, '--json', '--dry-run', $copy);
	is(complaint(\%r), undef, 'dry run');
	ok(untouched(), 'a dry run changes nothing');
	my ($dry) = reverse jsonl($r{out});

	%r = run($compact, @format, '--json', $copy);
	is(complaint(\%r), undef, 'compacts');
	my @lines = jsonl($r{out});
	my $sum = pop @lines;
	ok($sum->{changed}, 'something was changed');
	is($sum->{$_}, $dry->{$_}, "the dry run foretells $_") for qw(changed logs blocks_after won written);
	is($sum->{blocks_after}, $shrinks{$name}, 'as few blocks as can be') if $shrinks{$name};
	my $mended = grep { grep { $_ } @{$_->{header_mended}} } @lines;
	is($mended, $mends{$name}, 'headers are mended') if $mends{$name};

	is(files(@format), $files, 'the same files');
	sound(@format);
	my %after = arenas(@format);
	free_space(\%before, \%after, block_size(@format));
	canonical(\@lines, \%after);
	again(@format);

	rename("$copy.undo.kept", "$copy.undo") or die "$copy.undo: $!\n";
	%r = run($undo, "$copy.undo", $copy);
	is(complaint(\%r), undef, 'undoes');
	ok(same_bytes($copy, image($name)), 'gives back the same bytes');
}

sub refuse_image
{
	my ($name, @format) = @_;
	my %r = run($compact, @format, $copy);
	is(complaint(\%r, 1), undef, 'is refused');
	like($r{err}, qr/the image has 1 error: super-arena-hash-grown: .*gefs-check/, 'with the reason');
	ok(untouched(), 'and untouched');
	ok(!-e "$copy.undo", 'without an undo file');
}

# The time of the last change was set by hand: nothing has been written since.
sub untouched
{
	return (stat $copy)[9] == 1;
}

# A second time.
sub again
{
	my (@format) = @_;
	rename("$copy.undo", "$copy.undo.kept") or die "$copy.undo: $!\n";
	utime(1, 1, $copy);
	my %r = run($compact, @format, $copy);
	is(complaint(\%r), undef, 'compacts again');
	like($r{out}, qr/: nothing to do$/, 'and finds nothing to do');
	ok(untouched(), 'a second time changes nothing');
	ok(!-e "$copy.undo", 'and leaves no undo file');
}

# All files of all labels, with hashes; of many labels every tenth.
sub files
{
	my (@format) = @_;
	my %r = run($dump, 'snaps', @format, '--json', $copy);
	my @labels = grep { $_->{type} eq 'label' } jsonl($r{out});
	my $text = '';
	for my $i (0 .. $#labels) {
		next if @labels > 50 && $i % 10;
		%r = run($dump, 'files', @format, '--json', '--sha256', '--max-hash', '1M', $copy, $labels[$i]{name});
		$text .= $r{out} . $r{err};
	}
	return $text;
}

sub sound
{
	my (@format) = @_;
	my %r = run($check, @format, '--json', '--no-data', $copy);
	my ($sum) = reverse jsonl($r{out});
	is($sum->{errors}, 0, 'no errors');
	my @copies = grep { ($_->{code} // '') =~ /^(?:arena-copy-bad|super-copy-bad|super-differ|root-differ|arena-used)$/ } jsonl($r{out});
	is(scalar @copies, 0, 'all copies are good and equal') or diag(first_few(map { $_->{text} } @copies));
}

# Per arena: free ranges, addresses of log blocks, number of entries.
sub arenas
{
	my (@format) = @_;
	my %a;
	my %r = run($dump, 'free', @format, '--json', $copy);
	for (jsonl($r{out})) {
		next unless defined $_->{arena};
		$a{$_->{arena}} = {free => $_->{ranges}, log => [], entries => 0};
	}
	%r = run($dump, 'log', @format, '--json', $copy);
	# There are many lines, so that parsing them would take long.
	while ($r{out} =~ /^\{"arena":(\d+),"block":(\d+),(?:"offset":\d+,)?"op":"(\w+)"/mg) {
		if ($3 eq 'block') {
			push @{$a{$1}{log}}, $2;
		} else {
			$a{$1}{entries}++;
		}
	}
	return %a;
}

# The log of each arena is its free ranges, and what ends it.
sub canonical
{
	my ($lines, $after) = @_;
	my @wrong;
	for my $l (@$lines) {
		my $a = $after->{$l->{arena}};
		my $more = $a->{entries} - @{$a->{free}};
		push @wrong, "arena $l->{arena}: $more more entries than ranges" if $more < 0 || $more > @{$a->{log}};
		push @wrong, "arena $l->{arena}: has not what was told"
		    if $l->{entries_after} != $a->{entries} || $l->{blocks_after} != @{$a->{log}};
	}
	is(scalar @wrong, 0, 'logs hold the free ranges and nothing else') or diag(first_few(@wrong));
}

# Free afterwards: free before and the old log, without the new log, which is where it was free.
sub free_space
{
	my ($before, $after, $blksz) = @_;
	my @wrong;
	for my $i (sort { $a <=> $b } keys %$before) {
		my ($old, $new) = ($before->{$i}, $after->{$i});
		my @log = map { [$_, $blksz] } grep { !inside($_, $old->{free}) } @{$old->{log}};
		my $expect = merged(@{$old->{free}}, @log);
		my $got = merged(@{$new->{free}}, map { [$_, $blksz] } @{$new->{log}});
		my @misplaced = grep { !inside($_, $old->{free}) || inside($_, $new->{free}) } @{$new->{log}};
		push @wrong, "arena $i" if $expect ne $got || @misplaced;
	}
	is("@wrong", '', 'free space is that before and the old log, without the new log');
}

sub inside
{
	my ($addr, $ranges) = @_;
	return scalar grep { $addr >= $_->[0] && $addr < $_->[0] + $_->[1] } @$ranges;
}

# Disjoint ranges [addr, length] as text, neighbours made one.
sub merged
{
	my @out;
	for (sort { $a->[0] <=> $b->[0] } @_) {
		if (@out && $out[-1][0] + $out[-1][1] == $_->[0]) {
			$out[-1][1] += $_->[1];
		} else {
			push @out, [@$_];
		}
	}
	return join ' ', map { "$_->[0]+$_->[1]" } @out;
}

sub block_size
{
	my (@format) = @_;
	my %r = run($dump, 'super', @format, '--json', $copy);
	my ($first) = grep { $_->{blksz} } jsonl($r{out});
	return $first->{blksz};
}
