#!/usr/bin/perl
# Single flipped bits in hashed bytes, thousands of them: every one has to be found and blamed on its block. The work
# is done in memory by testdata/damage/flip_test.c.
#
#   prove cmd/gefs-check/t/flip.t :: 20000      that many bits in each image

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

my $tool = File::Spec->catfile(build_dir(), 't', 'flip_test');
-x $tool or die "$tool is missing: run make first\n";
exec $tool, $ARGV[0] // 6000, map { image($_) } qw(small snaps-main-deleted autosnap-real A-snaps BE-snaps B-defer)
    or die "$tool: $!\n";
