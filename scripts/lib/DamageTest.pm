package DamageTest;

# Runs the matrix of damage: each row is one edit of an image, and what gefs-check has to say about it.
#
# [invariant, base images, script of gefs-sh, exit status, codes that have to be among the findings,
#  block that the first one has to name: a place of gefs-sh in the undamaged image; nothing if undef,
#  true if no file can be reached any more, options of gefs-check]
#
# A base is one letter; several mean a test for each. -r in front: "set rehash on", hashes are made right after each edit,
# so that only a check of the meaning can find it. <PLACE> in a script is that place's address; "truncate LENGTH" stands
# alone, and cuts the file. No codes: nothing but notes may be new.

use strict;
use warnings;
use Exporter 'import';
use File::Spec;
use File::Temp ();
use Test::More;
use GefsEdit qw(edit_fails places);
use GefsTest qw(:all);

our @EXPORT_OK = qw(damage_rows);

my $check = tool('gefs-check');
my $dir = File::Temp->newdir('gefs-damage-XXXXXX', TMPDIR => 1);
my %known;	# findings of the undamaged images

# damage_rows(ROWS, BASE => IMAGE...): a test for each row, or for those whose invariants the command line names.
sub damage_rows
{
	my ($rows, %base) = @_;
	my %only = map { $_ => 1 } @ARGV;
	for my $row (grep { !@ARGV || $only{$_->[0]} } @$rows) {
		my ($number, $bases, @rest) = @$row;
		test_row($number, $base{$_} // die("no base $_\n"), @rest) for split //, $bases;
	}
	done_testing();
}

sub test_row
{
	my ($number, $base, $script, $status, $codes, $where, $no_files, $options) = @_;
	know($base);
	my $image = image_copy(image($base), File::Spec->catfile($dir, 'x.img'));
	my @places = ($script =~ /<([^>]+)>/g, $where // ());
	my %addr;
	@addr{@places} = places($image, @places);
	my $addr = defined $where ? $addr{$where} : undef;
	$script =~ s/<([^>]+)>/$addr{$1}/g;
	my $why = $script =~ /^truncate (\S+)$/ ? shorten($image, oct $1) : edit_fails($image, $script);
	my ($r, @findings) = $why ? () : check_image($image, split / /, $options // '');
	unlink $image;

	my @bad = $why ? ("the edit failed: $why") : complaints($r, $base, $status, $codes, $addr, $no_files, @findings);
	(my $short = $script) =~ s/(\S{40})\S+/$1.../g;
	$short .= " ($options)" if $options;
	ok(!@bad, "$number, $base: $short") or diag(printable(join "\n",
	    map({ "  $_" } @bad), map { sprintf '  %s %s at %s: %s', @$_{qw(severity code)}, $_->{addr} // '-',
	    $_->{text} } grep { defined } (grep { !$known{$base}{key($_)} } @findings)[0 .. 5]));
}

sub complaints
{
	my ($r, $base, $status, $codes, $addr, $no_files, @findings) = @_;
	my @new = grep { !$known{$base}{key($_)} } @findings;
	my @bad;
	push @bad, "have exit status $r->{status}, want $status: " . substr($r->{err}, 0, 200)
	    if $r->{signal} || $r->{status} != $status;
	push @bad, 'no summary' unless $r->{summary};
	push @bad, 'no files are counted'
	    if !$no_files && $r->{summary} && !$r->{summary}{files};
	push @bad, 'has findings' if $codes eq '' && grep { $_->{severity} ne 'note' } @new;
	for my $code (split ' ', $codes) {
		my @f = grep { $_->{code} eq $code } @new;
		push @bad, "no finding $code" unless @f;
		push @bad, "$code is not at $addr" if @f && defined $addr && !grep { ($_->{addr} // -1) == $addr } @f;
		undef $addr;
	}
	return @bad;
}

sub know
{
	my ($base) = @_;
	return if $known{$base};
	my (undef, @findings) = check_image(image($base));
	$known{$base} = { map { key($_) => 1 } @findings };
}

sub key
{
	my ($f) = @_;
	return join "\0", map { $_ // '' } @$f{qw(severity code text addr)};
}

sub shorten
{
	my ($image, $length) = @_;
	return truncate($image, $length) ? undef : "truncate: $!";
}

# check_image(FILE, OPTIONS) -> result of run, with summary; findings
sub check_image
{
	my ($image, @options) = @_;
	my %r = run($check, '--json', @options, $image);
	my @lines = grep { ref $_ eq 'HASH' } eval { jsonl($r{out}) };
	($r{summary}) = grep { ($_->{type} // '') eq 'summary' } @lines;
	return (\%r, grep { ($_->{type} // '') eq 'finding' } @lines);
}

1;
