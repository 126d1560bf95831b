#!/usr/bin/perl
# The manual page lists the commands as the table has them, the table keeps its own rules, and help fits the screen.
#
#   GOLDEN=write perl build/t/cmd/gefs-sh/t/manual.t     puts the list of commands into the manual page

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsGolden qw(text_of);
use GefsTest qw(:all);

my $sh = tool('gefs-sh');
my $page = File::Spec->catfile(root(), qw(cmd gefs-sh gefs-sh.8));
my $begin = qq(.\\" BEGIN COMMANDS\n);
my $end = qq(.\\" END COMMANDS\n);

my $list = printed('help -roff');
if ($ENV{GOLDEN}) {
	my $text = text_of($page) =~ s/\Q$begin\E.*\Q$end\E/$begin$list$end/sr;
	open my $f, '>', $page or die "$page: $!\n";
	print $f $text;
}
my ($have) = text_of($page) =~ /\Q$begin\E(.*)\Q$end\E/s;
ok($have eq $list, 'the commands in the manual page');
my %r = run('mandoc', '-T', 'lint', '-W', 'warning', $page);
is($r{out}, '', 'mandoc has nothing to say about it');

my @commands = jsonl(printed('help', '--json'));
my %known = map { $_->{command} => $_ } @commands;
is(scalar(keys %known), scalar(@commands), 'no name twice');
for my $name (qw(ls cd pwd cat head hexdump stat find du tree get snap users df history diff grep
    super arenas log free show block addr print type child parent push pop back lookup scan owner path verify check hash convert
    set rehash fuzz zap copysuper copyheader diff-changes commit abort undo echo help)) {
	ok($known{$name}, "there is $name");
}
for my $c (@commands) {
	my @lines = split /\n/, printed("help $c->{command}");
	my @long = grep { length > 80 } @lines;
	my @odd = grep { !/\A[a-z].*[^.]\z/ } $c->{brief}, map { $_->{help} } @{$c->{options}};
	my %letters;
	my @twice = grep { defined && $letters{$_}++ } map { @$_{qw(letter name)} } @{$c->{options}};
	ok(!@long && !@odd && !@twice && @lines <= 24, "help $c->{command}") or diag(join "\n", @long, @odd, @twice);
	my @spare = grep { !$_->{help} } @{$c->{options}};
	is(scalar(@spare), 0, "options of $c->{command} are told");
}
done_testing();

sub printed
{
	my ($command, @options) = @_;
	my %out = run($sh, @options, '-c', $command, image('small'));
	die complaint(\%out) . "\n" if complaint(\%out);
	return $out{out};
}
