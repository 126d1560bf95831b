package GefsGolden;

# What is printed, against what is kept.

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(text_of masked first_difference);

# text_of(FILE, LAYER): all of it; bytes unless a layer as ":encoding(UTF-8)" says otherwise.
sub text_of
{
	my ($file, $layer) = @_;
	open my $f, '<' . ($layer // ''), $file or die "$file: $!\n";
	local $/;
	return <$f>;
}

# masked(TEXT): without how long it took.
sub masked
{
	return $_[0] =~ s/\d+\.\d{3} s$/N s/mgr;
}

# first_difference(WANT, HAVE): the first lines that differ, for people.
sub first_difference
{
	my @want = split /\n/, $_[0];
	my @have = split /\n/, $_[1];
	my $i = 0;
	$i++ while $i < @want && $i < @have && $want[$i] eq $have[$i];
	return sprintf "line %d:\n  want %s\n  have %s\n", $i + 1, $want[$i] // '(end)', $have[$i] // '(end)';
}

1;
