#!/usr/bin/perl
# The tour in docs/ and what the README shows of gefs-sh are true: every command in them is run, and prints what is there.
#
#   GOLDEN=write perl build/t/cmd/gefs-sh/t/docs.t     writes what is printed now into these pages
#
# In a fenced block, "$ COMMAND" is for sh, in a folder with copies of all images that are named; after "$ gefs-sh ...
# IMAGE", lines that begin with the shell's prompt are typed into it.

use strict;
use warnings;
use utf8;
use Encode qw(decode encode);
use File::Basename qw(dirname);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsGolden qw(text_of masked first_difference);
use GefsTest qw(:all);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);
tool('gefs-sh');
$ENV{LC_ALL} = 'C.UTF-8';
my $dir = File::Temp->newdir('gefs-docs-XXXXXX', TMPDIR => 1);
my $prompt = qr/^([\w.-]+\.img [^ :]+:\/[^>]*)> (.*)\n/;
$ENV{PATH} = File::Spec->catdir(build_dir(), 'bin') . ":$ENV{PATH}";
delete $ENV{LESS};

test_page(File::Spec->catfile(root(), 'docs', 'tour.md'), qr/./);
test_page(File::Spec->catfile(root(), 'README.md'), qr/^\$ .*\bgefs-sh\b/m);
done_testing();

sub test_page
{
	my ($file, $which) = @_;
	my $page = (File::Spec->splitpath($file))[2];
	my $text = text_of($file, ':encoding(UTF-8)');
	my $ran = 0;
	for my $name (images()) {
		my $copy = "$dir/$name.img";
		image_copy(image($name), $copy) if $text =~ /\b\Q$name\E\.img\b/ && !-e $copy;
	}
	my $new = $text =~ s{^```\n(.*?)^```\n}{
		my $block = $1;
		my $is = $block =~ $which && $block =~ /^\$ /m ? run_block($block) : $block;
		if ($is ne $block || ($block =~ $which && $block =~ /^\$ /m)) {
			$ran++;
			my ($title) = $block =~ /^\$ (.*)/m;
			ok(masked($is) eq masked($block), "$page: $title") or diag(first_difference($block, $is));
		}
		"```\n" . (masked($is) eq masked($block) ? $block : $is) . "```\n";
	}gmser;
	ok($ran, "$page shows commands");
	if ($ENV{GOLDEN} && $new ne $text) {
		open my $f, '>:encoding(UTF-8)', $file or die "$file: $!\n";
		print $f $new;
	}
}

# A block as it should be: its commands, each with what it prints.
sub run_block
{
	my ($block) = @_;
	my @lines = split /^/, $block;
	my $out = '';
	while (defined(my $line = shift @lines)) {
		next unless $line =~ /^\$ (.*)\n/;
		my $command = $1;
		my @typed;
		my $until = 0;
		while (@lines && $lines[0] !~ /^\$ /) {
			my $next = shift @lines;
			push @typed, $2 if $command =~ /\bgefs-sh\b/ && $next =~ $prompt;
		}
		$out .= $line . (@typed ? session($command, @typed) : printed($command, ''));
	}
	return $out;
}

sub printed
{
	my ($command, $input) = @_;
	open my $f, '>:encoding(UTF-8)', "$dir/.input" or die "$dir/.input: $!\n";
	print $f $input;
	close $f;
	my %r = run('sh', '-c', 'cd "$1" && eval "$2" <.input 2>&1', 'sh', "$dir", encode('UTF-8', $command));
	return decode('UTF-8', $r{out});
}

# What a session shows: prompts, what is typed, and what that prints.
sub session
{
	my ($command, @typed) = @_;
	my ($image) = $command =~ /(\S+)\z/;
	my $n = 0;
	my $got = printed($command =~ s/\bgefs-sh\b/gefs-sh -k/r, join '', map { $n++; "echo '\@$n'; pwd\n$_\n" } @typed);
	$got =~ s/^gefs-sh: standard input:\d+: //mg;
	my $text = '';
	for my $i (1 .. @typed) {
		$got =~ /^\@$i\n(.*)\n((?:.*\n)*?)(?=^\@\d+\n|\z)/m or return "$text(nothing for \"$typed[$i - 1]\")\n$got";
		$text .= "$image $1> $typed[$i - 1]\n$2";
	}
	return $text;
}
