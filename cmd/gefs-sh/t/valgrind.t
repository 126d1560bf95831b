#!/usr/bin/perl
# The tours under valgrind: no memory is used that was never set or is gone, and nothing is left behind. The build with
# sanitizers looks for that itself.

use strict;
use warnings;
use File::Basename qw(basename dirname);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

plan skip_all => 'sanitizers see it all' if build_dir() =~ /asan/;
my $sh = tool('gefs-sh');
my $dir = File::Temp->newdir('gefs-valgrind-XXXXXX', TMPDIR => 1);
my @tours = sort glob File::Spec->catfile(root(), qw(cmd gefs-sh t tour *.gsh));
ok(scalar @tours, 'there are tours');

for my $script (@tours) {
	open my $f, '<', $script or die "$script: $!\n";
	my ($base, @options) = split ' ', <$f> =~ s/^# //r;
	close $f;
	my $image = image_copy(image($base), File::Spec->catfile($dir, "$base.img"));
	chdir $dir or die "$dir: $!\n";
	my %r = run(qw(valgrind -q --error-exitcode=99 --leak-check=full), $sh, '-k', @options, '-f', $script, $image);
	ok($r{status} != 99 && !$r{signal} && $r{err} !~ /^==\d+==/m, basename($script, '.gsh'))
	    or diag(join "\n", (grep { /^==\d+==/ } split /\n/, $r{err})[0 .. 30]);
	chdir '/';
	unlink glob "$dir/*";
}
done_testing();
