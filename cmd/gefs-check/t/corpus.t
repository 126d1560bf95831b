#!/usr/bin/perl
# gefs-check finds no error in the images that real servers left, of every version, also in those of killed servers;
# and exactly one in the image that the server's own grow option broke. What the servers of 2022 are known to leave
# behind is told, as warnings.
#
#   prove cmd/gefs-check/t/corpus.t :: small snaps      only some images

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);

my $check = tool('gefs-check');

# Warnings that have to be among the findings.
my %TOLD = (
	'A-small' => ['up-stale', 'up-superfluous'],	# a renamed and a removed directory
	'BE-small' => ['up-stale', 'up-superfluous'],
	'A-snapgen' => [('released') x 6],	# blocks of s1 that the server used again
	'A-torn3' => [('root-differ') x 4],	# died after four of eight headers
	'A-crash1' => [('released') x 3],	# log blocks whose allocation was never logged
);

for my $name (chosen(images())) {
	subtest $name => sub {
		my %r = run($check, '--json', image($name));
		my @lines = eval { jsonl($r{out}) };
		is($@, '', 'output is JSON lines');
		my @bad = bad_lines(@lines);
		@lines = grep { ref $_ eq 'HASH' } @lines;
		ok(!@bad, 'lines are findings and a summary at the end') or diag(first_few(@bad));

		my @errors = grep { ($_->{severity} // '') eq 'error' } @lines;
		my $shipped_bug = $name eq 'grown-bug';
		is(complaint(\%r, $shipped_bug ? 4 : 0), undef, 'exit status');
		is(@lines ? $lines[-1]{errors} : undef, $shipped_bug ? 1 : 0, 'errors in the summary');
		is(join(' ', map { $_->{code} // '?' } @errors), $shipped_bug ? 'super-arena-hash-grown' : '',
		    'findings that are errors') or diag(first_few(map { $_->{text} // '?' } @errors));
		is(join(' ', sort map { $_->{code} } grep { ($_->{severity} // '') eq 'warning' } @lines),
		    join(' ', @{$TOLD{$name} // []}), 'warnings') if $name =~ /^(?:A|BE|B)-/;
		my @inferred = grep { $_->{inferred} } @lines;
		is(scalar @inferred, $name =~ /^B-/ ? scalar @lines : 0, 'lines marked as inferred');
	};
}

done_testing();

sub bad_lines
{
	my @lines = @_;
	my ($n, @bad) = 0;
	my %severity = map { $_ => 1 } qw(error warning hazard note);
	for my $l (@lines) {
		$n++;
		if (ref $l ne 'HASH') {
			push @bad, "line $n: not an object";
			next;
		}
		my $type = $l->{type} // '(absent)';
		if ($type eq 'summary') {
			push @bad, "line $n: summary before the end" if $n != @lines;
		} elsif ($type eq 'finding') {
			push @bad, "line $n: no $_" for grep { ($l->{$_} // '') eq '' } qw(code severity text);
			push @bad, "line $n: code \"$l->{code}\"" if ($l->{code} // 'x') !~ /\A[a-z0-9]+(?:-[a-z0-9]+)*\z/;
			push @bad, "line $n: severity \"$l->{severity}\"" if !$severity{$l->{severity} // 'error'};
		} else {
			push @bad, "line $n: type $type";
		}
	}
	push @bad, 'no summary' if !@lines || ref $lines[-1] ne 'HASH' || ($lines[-1]{type} // '') ne 'summary';
	return @bad;
}
