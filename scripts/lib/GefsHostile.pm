package GefsHostile;

# Images with entries that no file server writes.

use strict;
use warnings;
use Exporter 'import';
use File::Spec;
use GefsTest qw(:all);

our @EXPORT_OK = qw(edit entry_key);

# edit(IMAGE, COMMAND of gefs-damage...): hashes are made right again.
sub edit
{
	my ($image, @commands) = @_;
	my %r = run(File::Spec->catfile(build_dir(), 't', 'gefs-damage'), '-r', $image, @commands);
	my $why = complaint(\%r);
	die "gefs-damage: $why\n" if $why;
}

# entry_key(QID OF THE DIRECTORY, NAME) -> a key for gefs-damage's insert, whatever bytes the name has.
sub entry_key
{
	my ($qid, $name) = @_;
	return 'x:' . unpack 'H*', pack 'CQ>n/ax', 1, $qid, $name;
}

1;
