#!/usr/bin/perl
# Every input that once broke a fuzz target, and a few that never did, must pass through it.
use strict;
use warnings;
use File::Basename qw(dirname basename);
use File::Spec;
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), '..', 'lib');
use GefsTest qw(:all);

my @targets = map { basename($_, '_fuzz.c') } glob(root() . '/libgefs/fuzz/*_fuzz.c');
cmp_ok(scalar @targets, '>', 3, 'there are fuzz targets');
for my $target (@targets) {
	my @inputs = glob(root() . "/testdata/fuzz/$target/*");
	cmp_ok(scalar @inputs, '>', 0, "$target has inputs");
	my %r = run(File::Spec->catfile(root(), $ENV{GEFS_BUILD} // 'build', 't', "fuzz-$target"), @inputs);
	is($r{status}, 0, "$target passes " . scalar @inputs . ' inputs') or diag(substr $r{err}, 0, 2000);
}
done_testing();
