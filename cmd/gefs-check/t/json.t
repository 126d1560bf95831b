#!/usr/bin/perl
# Every line of gefs-check --json is what docs/gefs-check.schema.json promises, and the catalogue of findings is what
# the documentation refers to.

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use JsonSchema;

my $check = tool('gefs-check');
my $tmp = tempdir(CLEANUP => 1);
my $schema = JsonSchema->new(parse_json(slurp_file(root() . '/docs/gefs-check.schema.json')));
my $damaged_block = 0x5fec000;

validator();
for my $name (qw(small snaps grown-bug)) {
	conforms($name, $name eq 'grown-bug' ? 4 : 0, image($name));
}
conforms('only one snapshot, no data', 0, '--no-data', '--snap', 'main', image('small'));
damaged();
no_image();
odd_file_name();
catalogue();
done_testing();

# conforms(NAME, STATUS, ARG...) -> the lines, which must be valid and end in a summary.
sub conforms
{
	my ($name, $status, @args) = @_;
	my %r = run($check, '--json', @args);
	is(complaint(\%r, $status), undef, "$name: exit status") or diag($r{err});
	my @lines = eval { jsonl($r{out}) };
	is($@, '', "$name: JSON Lines");
	my @bad = map { my $l = $_; map { "line @{[$l + 1]}: $_" } $schema->check($lines[$l]) } 0 .. $#lines;
	ok(!@bad, "$name: all lines are as the schema says") or diag(first_few(@bad));
	is(join(' ', map { $_->{type} } grep { $_->{type} ne 'finding' } @lines), 'summary', "$name: one summary");
	my $summary = @lines ? $lines[-1] : {};
	is($summary->{type}, 'summary', "$name: it comes last");
	my %n;
	$n{$_->{severity}} += 1 + $_->{repeats} for grep { $_->{type} eq 'finding' } @lines;
	is($summary->{"${_}s"}, $n{$_} // 0, "$name: ${_}s counted") for qw(error hazard warning note);
	return @lines;
}

sub damaged
{
	my $copy = image_copy(image('small'), "$tmp/damaged.img");
	patch($copy, $damaged_block + 5, 'X');
	my @errors = grep { ($_->{severity} // '') eq 'error' } conforms('damaged data', 4, $copy);
	is(scalar @errors, 1, 'damaged data: one error');
	is($errors[0]{code}, 'data-hash', 'damaged data: its code');
	is($errors[0]{addr}, $damaged_block, 'damaged data: its address');
	is_deeply($errors[0]{snapshots}, ['main'], 'damaged data: the snapshot');
	is_deeply($errors[0]{paths}, ["/\x{fc}n\x{ef}c\x{f6}d\x{e9}-\x{76ee}\x{5f55}/\x{444}\x{430}\x{439}\x{43b}.txt"],
	    'damaged data: the path');
}

sub no_image
{
	my $file = "$tmp/none.img";
	patch($file, 0, "no image at all\n" x 2048);
	my @lines = conforms('not an image', 8, $file);
	is(scalar @lines, 1, 'not an image: a single line');
	like($lines[0]{failure}, qr/not a gefs image/, 'not an image: why');
	@lines = conforms('no such snapshot', 8, '--snap', 'nowhere', image('small'));
	like($lines[0]{failure}, qr/no snapshot "nowhere"/, 'no such snapshot: why');
}

sub odd_file_name
{
	my $file = "$tmp/\xff\"\n.img";
	patch($file, 0, 'x');
	my ($line) = conforms('file name that is not UTF-8', 8, $file);
	my $hex = unpack 'H*', $file;
	is($line->{image_hex}, $hex, 'file name that is not UTF-8: exactly, in hex');
}

# The validator itself: what is wrong must not pass.
sub validator
{
	my %finding = (
		type => 'finding', image => 'x', code => 'leak', number => 110, severity => 'note', text => 'text',
		addr => undef, owner => '', snapshots => [], paths => ['/'], more_paths => $JSON::PP::false, repeats => 0,
	);
	my %kind = (
		type => 'kind', number => 1, code => 'a-b', severity => 'error', invariants => '2,3', summary => 's',
		explanation => '',
	);
	is(join("\n", $schema->check({%finding})), '', 'validator: a good finding');
	is(join("\n", $schema->check({%finding, addr => 16384})), '', 'validator: a finding with an address');
	is(join("\n", $schema->check({%kind})), '', 'validator: a good kind');
	my %wrong = (
		'unknown key' => {%finding, colour => 'red'},
		'unknown type' => {%finding, type => 'fining'},
		'number as text' => {%finding, number => '110'},
		'fraction' => {%finding, repeats => 0.5},
		'negative number' => {%finding, repeats => -1},
		'boolean as number' => {%finding, more_paths => 0},
		'number as boolean' => {%finding, repeats => $JSON::PP::true},
		'unknown severity' => {%finding, severity => 'fatal'},
		'odd code' => {%finding, code => 'Node_Hash'},
		'empty text' => {%finding, text => ''},
		'object for an array' => {%finding, paths => {}},
		'number in a list of names' => {%finding, paths => ['/', 7]},
		'odd hex' => {%finding, image_hex => 'abc'},
		'odd invariants' => {%kind, invariants => '2,'},
		'null for text' => {%kind, summary => undef},
		'not an object' => [],
		'a summary of nothing' => {type => 'summary'},
	);
	for my $what (sort keys %wrong) {
		my @bad = $schema->check($wrong{$what});
		ok(@bad, "validator: refuses $what");
	}
	for my $key (sort keys %finding) {
		my %less = %finding;
		delete $less{$key};
		ok(scalar $schema->check(\%less), "validator: refuses a finding without $key");
	}
	eval { JsonSchema->new({maxLength => 3})->check('x') };
	like($@, qr/unknown keyword/, 'validator: refuses keywords it does not know');
}

sub catalogue
{
	my %r = run($check, '--list-findings', '--json');
	is(complaint(\%r), undef, 'catalogue: exit status');
	my @kinds = jsonl($r{out});
	ok(@kinds > 100, 'catalogue: it is there');
	my @bad = map { $schema->check($_) } @kinds;
	ok(!@bad, 'catalogue: all lines are as the schema says') or diag(first_few(@bad));
	my (%number, %code);
	$number{$_->{number}}++, $code{$_->{code}}++ for @kinds;
	is(scalar keys %number, scalar @kinds, 'catalogue: numbers are unique');
	is(scalar keys %code, scalar @kinds, 'catalogue: names are unique');

	my %t = run($check, '--list-findings');
	is(join(' ', map { /^ *(\d+ \S+ +\S+)/ ? $1 =~ s/ +/ /gr : '?' } split /\n/, $t{out}),
	    join(' ', map { "$_->{number} $_->{severity} $_->{code}" } @kinds), 'catalogue: text and JSON agree');

	for my $file ('README.md', glob(root() . '/docs/*.md'), 'cmd/gefs-check/gefs-check.8') {
		my $text = slurp_file(File::Spec->rel2abs($file, root()));
		my %used = map { $_ => 1 } $text =~ /^(?:note|warning|hazard|error): ([a-z0-9-]+):/mg,
		    $text =~ /"code": ?"([a-z0-9-]+)"/g;
		my @unknown = grep { !$code{$_} } sort keys %used;
		is(join(' ', @unknown), '', 'catalogue: has all findings that ' . File::Spec->abs2rel(
			File::Spec->rel2abs($file, root()), root()) . ' shows');
	}
}

sub slurp_file
{
	my ($file) = @_;
	open(my $f, '<:raw', $file) or die "$file: $!\n";
	local $/;
	return scalar <$f>;
}

# patch(FILE, OFFSET, BYTES): writes into a file, which is made if need be.
sub patch
{
	my ($file, $at, $bytes) = @_;
	open(my $f, -e $file ? '+<:raw' : '>:raw', $file) or die "$file: $!\n";
	seek($f, $at, 0) && print {$f} $bytes or die "$file: $!\n";
	close $f or die "$file: $!\n";
}
