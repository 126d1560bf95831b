#!/usr/bin/perl
# A tour over every command: the scripts in tour/, each on a copy of a real image, print what is kept beside them.
#
#   prove cmd/gefs-sh/t/tour.t :: files          only this script
#   GOLDEN=write perl build/t/cmd/gefs-sh/t/tour.t    keeps what is printed now: look at the difference before it counts
#
# A script's first line names its image and the options of gefs-sh: "# small -w".

use strict;
use warnings;
use File::Basename qw(basename dirname);
use File::Spec;
use File::Temp ();
use Cwd qw(abs_path getcwd);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsGolden qw(text_of masked first_difference);
use GefsTest qw(:all);

$ENV{LC_ALL} = 'C.UTF-8';	# branches of a tree are drawn with lines
my $sh = tool('gefs-sh');
my $here = File::Spec->catdir(root(), qw(cmd gefs-sh t tour));
my $dir = File::Temp->newdir('gefs-tour-XXXXXX', TMPDIR => 1);
my %seen;	# commands that ran

for my $script (sort glob "$here/*.gsh") {
	my $name = basename($script, '.gsh');
	next if @ARGV && !grep { $_ eq $name } @ARGV;
	test_script($name, $script);
}
test_all_commands() unless @ARGV;
done_testing();

sub test_script
{
	my ($name, $script) = @_;
	my $text = text_of($script);
	my ($base, @options) = split ' ', $text =~ /\A# (.+)/ ? $1 : die "$script: names no image\n";
	my $home = getcwd();
	$seen{$_} = 1 for $text =~ /(?:^|;)[ \t]*([a-z-]+)/mg;
	image_copy(image($base), File::Spec->catfile($dir, "$base.img"));
	chdir $dir or die "$dir: $!\n";
	# Relative names, so that messages do not depend on where this is.
	my %r = run('sh', '-c', '"$@" 2>&1', 'sh', $sh, '-k', @options, '-f', link_to($script), "$base.img");
	chdir $home;
	my $have = masked($r{out}) =~ s/("(?:seconds|bytes_read)":)[-+.e\d]+/$1N/gr;
	my $golden = "$here/$name.out";
	if ($ENV{GOLDEN}) {
		open my $f, '>', $golden or die "$golden: $!\n";
		print $f $have;
	}
	my $want = -e $golden ? text_of($golden) : '';
	ok($have eq $want, $name) or diag(first_difference($want, $have));
	ok(!$r{signal}, "$name: comes to its end");
	unlink glob "$dir/*";
}

# The script under a short name.
sub link_to
{
	my ($script) = @_;
	my $short = basename($script);
	symlink $script, $short or die "$short: $!\n";
	return $short;
}

sub test_all_commands
{
	my %r = run($sh, '--json', '-c', 'help', image('small'));
	my @missing = grep { !$seen{$_} } map { $_->{command} } jsonl($r{out});
	is("@missing", '', 'every command is in a tour');
}
