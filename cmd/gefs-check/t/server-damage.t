#!/usr/bin/perl
# gefs-check on damaged variants of the image "small". Beside plain flipped bytes there are variants with all hashes
# recomputed up to the superblock, which only a check of the meaning can find, and some harmless ones.
#
#   prove cmd/gefs-check/t/server-damage.t :: log-flip tree-ht     only some variants

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

# Variant => [exit status, what has to be found, code of that finding or undef].
#	ok      nothing new of severity error; with exit status 0
#	warn    a warning or hazard that the undamaged image does not have
#	error   an error
#	any     not looked at: the image cannot be opened
# The number behind a line is the invariant it breaks, as counted in the documentation of the format.
my %EXPECT = (
	# harmless: nothing changed, or only bytes that mean nothing
	'none'              => [0, 'ok', undef],
	'fix-noop'          => [0, 'ok', undef],
	'sb0-tail'          => [0, 'ok', undef],	# behind the hashed part
	'log-tail-flip'     => [0, 'ok', undef],	# behind logsz
	'log-after-barrier' => [0, 'ok', undef],	# 22: what follows the last barrier never happened
	'log-loop-barrier'  => [0, 'ok', undef],	# 22: nor is what is chained behind it read by a loader
	'log-oldsync'       => [0, 'ok', undef],	# 20: an older barrier is skipped
	'extended-odd'      => [0, 'ok', undef],	# 1: a ragged tail is ignored
	'extended'          => [0, 'ok', undef],	# 40.14: a longer device is accepted

	# one good copy is left, or it reads well all the same
	'sb0-flip'          => [0, 'warn', 'super-copy-bad'],	# 2
	'sb1-flip'          => [0, 'warn', 'super-copy-bad'],	# 3
	'truncated'         => [0, 'warn', 'super-copy-bad'],	# 3: only the backup superblock is cut off
	'h0-flip'           => [0, 'warn', 'arena-copy-bad'],	# 11
	'h1-flip'           => [0, 'warn', 'arena-copy-bad'],	# 11
	'h0-tail-flip'      => [0, 'warn', 'arena-copy-bad'],	# 11: the hash covers the unused area as well
	'arena-used'        => [0, 'warn', 'arena-used'],	# 14
	'log-nobarrier'     => [0, 'warn', 'log-no-barrier'],	# 21
	'sb-qgen-old'       => [0, 'warn', 'log-no-barrier'],	# 21: no barrier has exactly this generation
	'sb-qgen-new'       => [0, 'warn', 'log-no-barrier'],	# 21
	'dent-qidtype'      => [0, 'warn', 'mode-odd'],	# 55: mode tells what is a directory
	'dent-neglen'       => [0, 'warn', 'length-odd'],	# 56
	'tree-nlbl'         => [0, 'warn', 'snap-nlbl-high'],	# 64: too large; too small would be an error
	'tree-nref'         => [0, 'warn', 'snap-nref-high'],	# 65: too large

	# superblocks and arenas
	'sb-both-flip'      => [4, 'error', 'super-both-bad'],	# 2: read all the same
	'sb-both-magic'     => [8, 'any', undef],	# 2
	'sb0-magic'         => [4, 'error', 'super-type'],	# 4: the server refuses, although the backup is good
	'truncated-half'    => [4, 'error', 'device-short'],	# 1
	'sb-blksz'          => [4, 'error', 'super-fields'],	# 6
	'sb-bufspc'         => [4, 'error', 'super-fields'],	# 6
	'sb-snapht'         => [4, 'error', 'node-depth'],	# 27
	'sb-nextqid-low'    => [4, 'error', 'super-nextqid'],	# 8
	'h01-flip'          => [4, 'error', 'arena-header'],	# 10
	'arena-size'        => [4, 'error', 'arena-size'],	# 9

	# allocation logs
	'log-flip'          => [4, 'error', 'log-block'],	# 15
	'log-hash-flip'     => [4, 'error', 'log-block'],	# 15
	'log-size'          => [4, 'error', 'log-block'],	# 15
	'log-loop'          => [4, 'error', 'log-cycle'],	# 16
	'log-op7'           => [4, 'error', 'log-entry'],	# 17
	'log-nop'           => [4, 'error', 'log-entry'],	# 17
	'log-other-arena'   => [4, 'error', 'log-entry'],	# 17
	'log-double-alloc'  => [4, 'error', 'log-replay'],	# 18
	'log-double-free'   => [4, 'error', 'log-replay'],	# 18
	'log-free-inuse'    => [4, 'error', 'node-free'],	# 26
	'log-free-data'     => [4, 'error', 'data-free'],	# 45

	# blocks with wrong hashes
	'snaproot-flip'     => [4, 'error', 'node-hash'],	# 25
	'root-flip'         => [4, 'error', 'node-hash'],	# 25
	'leaf-hdr-flip'     => [4, 'error', 'node-hash'],	# 25
	'leaf-flip'         => [4, 'error', 'node-hash'],	# 25
	'leaf-zero'         => [4, 'error', 'node-hash'],	# 25
	'leaf-ff'           => [4, 'error', 'node-hash'],	# 25
	'data-flip'         => [4, 'error', 'data-hash'],	# 45

	# nodes, hashes right
	'leaf-as-pivot'     => [4, 'error', 'node-overfull'],	# 27, 30
	'leaf-as-log'       => [4, 'error', 'node-type'],	# 25
	'leaf-type77'       => [4, 'error', 'node-type'],	# 25
	'leaf-empty'        => [4, 'error', 'node-empty'],	# 28
	'leaf-nval-huge'    => [4, 'error', 'node-overfull'],	# 30
	'leaf-valsz'        => [4, 'error', 'node-sizes'],	# 30
	'leaf-off-oob'      => [4, 'error', 'node-bounds'],	# 31
	'leaf-klen-oob'     => [4, 'error', 'node-bounds'],	# 31
	'leaf-misorder'     => [4, 'error', 'node-order'],	# 32
	'leaf-dupkey'       => [4, 'error', 'node-order'],	# 32
	'leaf-first-last-swapped' => [4, 'error', 'node-order'],	# 32

	# records, hashes right
	'dent-namelen'      => [4, 'error', 'key-shape'],	# 43
	'dent-short'        => [4, 'error', 'value-shape'],	# 43
	'dent-slash'        => [4, 'error', 'name-bad'],	# 50
	'dent-qid-big'      => [4, 'error', 'super-nextqid'],	# 8
	'dent-dupqid'       => [4, 'error', 'qid-twice'],	# 52
	'tree-ht'           => [4, 'error', 'node-depth'],	# 27
	'tree-gen'          => [4, 'error', 'snap-fields'],	# 62
	'tree-pred'         => [4, 'error', 'snap-pred'],	# 66
	'tree-succ'         => [4, 'error', 'snap-succ'],	# 67
	'label-dangling'    => [4, 'error', 'label-dangling'],	# 61
);

my $check = tool('gefs-check');
my $damage = parse_json(read_zstd(File::Spec->catfile(root(), qw(testdata corpus damage-small.json.zst))));
my $base = image($damage->{base});
my $dir = File::Temp->newdir('gefs-damage-XXXXXX', TMPDIR => 1);
my %variant = map { $_->{name} => $_ } @{$damage->{results}};

is(join(' ', grep { !$EXPECT{$_} } sort keys %variant), '', 'every variant is expected');
is(join(' ', grep { !$variant{$_} } sort keys %EXPECT), '', 'every expected variant exists');

# What the undamaged image has to say is not news.
my (undef, @base) = check_image($base);
my %known = map { finding_key($_) => 1 } @base;

test_variant($variant{$_}, @{$EXPECT{$_}})
    for chosen(grep { $EXPECT{$_} } map { $_->{name} } @{$damage->{results}});

done_testing();

sub test_variant
{
	my ($v, $status, $want, $code) = @_;
	my $image = damaged($v);
	my ($r, @findings) = check_image($image);
	unlink $image;

	my @new = grep { !$known{finding_key($_)} } @findings;
	my @errors = grep { $_->{severity} eq 'error' } @new;
	my @warnings = grep { $_->{severity} =~ /\A(?:warning|hazard)\z/ } @new;

	my @bad;
	push @bad, "have exit status $r->{status}, want $status" . ($r->{signal} ? " (signal $r->{signal})" : '')
	    if $r->{signal} || $r->{status} != $status;
	push @bad, $r->{json_error} if $r->{json_error} && $want ne 'any';
	push @bad, 'no message' if $want eq 'any' && $r->{err} eq '' && $r->{out} eq '';
	if ($want ne 'any') {
		my $n = $r->{summary} ? $r->{summary}{errors} // 'no' : 'no';
		my $counted = 0;
		$counted += 1 + $_->{repeats} for grep { $_->{severity} eq 'error' } @findings;
		push @bad, "the summary has $n errors, there are findings of $counted" if $n ne $counted;
	}
	push @bad, 'no error found' if $want eq 'error' && !@errors;
	push @bad, 'no new warning or hazard' if $want eq 'warn' && !@warnings;
	push @bad, 'has errors' if $want =~ /\A(?:ok|warn)\z/ && @errors;
	if (defined $code) {
		my $among = $want eq 'error' ? \@errors : $want eq 'warn' ? \@warnings : \@findings;
		push @bad, "no finding $code" unless grep { $_->{code} eq $code } @$among;
	}

	ok(!@bad, "$v->{name}: $v->{desc}") or diag(printable(join "\n",
	    map({ "  $_" } @bad),
	    (map { "  $_->{severity} $_->{code}: $_->{text}" } grep { defined } @new[0 .. 4]),
	    $r->{err} ne '' ? '  stderr: ' . substr($r->{err}, 0, 300) : ()));
}

# check_image(FILE) -> result of run (with summary and json_error), findings
sub check_image
{
	my ($image) = @_;
	my %r = run($check, '--json', $image);
	my @lines = eval { jsonl($r{out}) };
	$r{json_error} = "bad output: $@" if $@;
	@lines = grep { ref $_ eq 'HASH' } @lines;
	($r{summary}) = grep { ($_->{type} // '') eq 'summary' } @lines;
	my @findings = grep { ($_->{type} // '') eq 'finding' } @lines;
	for my $f (@findings) {
		$f->{$_} //= '' for qw(severity code text);
	}
	return (\%r, @findings);
}

sub finding_key
{
	my ($f) = @_;
	return join "\0", @$f{qw(severity code text)};
}

# damaged(VARIANT) -> path of a patched copy of the base image
sub damaged
{
	my ($v) = @_;
	my $path = image_copy($base, File::Spec->catfile($dir, "$v->{name}.img"));
	open(my $f, '+<:raw', $path) or die "$path: $!\n";
	for my $p (@{$v->{patches}}) {
		my ($offset, $bytes) = ($p->[0], pack 'H*', $p->[1]);
		defined sysseek($f, $offset, 0) or die "$path: seek: $!\n";
		(syswrite($f, $bytes) // -1) == length $bytes or die "$path: write: $!\n";
	}
	if (defined $v->{truncate}) {
		truncate($f, $v->{truncate}) or die "$path: truncate: $!\n";
	}
	close $f or die "$path: $!\n";
	return $path;
}
