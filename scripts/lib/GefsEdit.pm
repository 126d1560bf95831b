package GefsEdit;

# Images that no file server writes: changed by gefs-sh, field by field.

use strict;
use warnings;
use Exporter 'import';
use GefsTest qw(:all);

our @EXPORT_OK = qw(edit edit_fails entry_key places);

# edit(IMAGE, SCRIPT): commands of gefs-sh that change fields. "-r " in front stands for "set rehash on; ": all hashes are
# made right after every command. The outcome is written whatever a check may say of it.
sub edit
{
	my ($image, $script) = @_;
	my $why = edit_fails($image, $script);
	die "$script: $why\n" if $why;
}

# The same -> undef, or what went wrong.
sub edit_fails
{
	my ($image, $script) = @_;
	$script =~ s/^-r /set rehash on; /;
	my %r = run(tool('gefs-sh'), '-w', '-c', "set expert on; $script; commit -f -no-undo", $image);
	return complaint(\%r);
}

# places(IMAGE, WHERE...) -> the address of the block of each
sub places
{
	my ($image, @where) = @_;
	return () unless @where;
	my %r = run(tool('gefs-sh'), '--json', '-c', join('; ', map { "convert $_" } @where), $image);
	my $why = complaint(\%r);
	die "@where: $why\n" if $why;
	return map { $_->{addr} } jsonl($r{out});
}

# entry_key(QID OF THE DIRECTORY, NAME) -> a key for insert, whatever bytes the name has.
sub entry_key
{
	my ($qid, $name) = @_;
	return 'x:' . unpack 'H*', pack 'CQ>n/ax', 1, $qid, $name;
}

1;
