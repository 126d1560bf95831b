package JsonSchema;

# A small validator: the part of JSON Schema (draft 2020-12) that this project's schemas use. A keyword that it does
# not know is an error, so that a schema cannot ask for more than is verified.
#
#   my $s = JsonSchema->new(parse_json($text));
#   my @complaints = $s->check($value);          # none: valid
#
# Values are those of GefsTest::parse_json: booleans are JSON::PP's, numbers are Perl numbers.

use strict;
use warnings;
use B ();
use JSON::PP ();

my %CHECK = (
	'$ref' => \&check_ref, type => \&check_type, const => \&check_const, enum => \&check_enum,
	pattern => \&check_pattern, minimum => \&check_minimum, items => \&check_items,
	properties => \&check_properties, required => \&check_required,
	additionalProperties => \&check_additional, oneOf => \&check_one_of,
);
my %REMARK = map { $_ => 1 } qw($schema $id $defs title description);

sub new
{
	my ($class, $schema) = @_;
	return bless { root => $schema }, $class;
}

# check(VALUE) -> complaints, each with the place it is about.
sub check
{
	my ($self, $v) = @_;
	return $self->at($self->{root}, $v, '$');
}

sub at
{
	my ($self, $schema, $v, $where) = @_;
	my @bad;
	for my $word (sort keys %$schema) {
		next if $REMARK{$word};
		my $f = $CHECK{$word} or die "schema: unknown keyword \"$word\"\n";
		push @bad, $f->($self, $schema->{$word}, $v, $where, $schema);
	}
	return @bad;
}

# kind(VALUE) -> null, boolean, object, array, string, integer or number.
sub kind
{
	my ($v) = @_;
	return 'null' unless defined $v;
	return 'boolean' if JSON::PP::is_bool($v);
	return 'object' if ref $v eq 'HASH';
	return 'array' if ref $v eq 'ARRAY';
	my $flags = B::svref_2object(\$v)->FLAGS;
	return 'string' if $flags & B::SVf_POK() || !($flags & (B::SVf_IOK() | B::SVf_NOK()));
	return $v == int $v ? 'integer' : 'number';
}

# plain(VALUE) -> text that is the same for equal scalars only.
sub plain
{
	my ($v) = @_;
	my $kind = kind($v);
	die "schema: only scalars are compared\n" if $kind =~ /^(?:object|array)\z/;
	$kind = 'number' if $kind eq 'integer';
	return join ':', $kind, $kind eq 'null' ? () : $kind eq 'boolean' ? ($v ? 'true' : 'false') : $v;
}

sub is_a
{
	my ($kind, $want) = @_;
	return $kind eq $want || ($kind eq 'integer' && $want eq 'number');
}

sub check_ref
{
	my ($self, $ref, $v, $where) = @_;
	$ref =~ m{\A#/(.+)\z} or die "schema: reference \"$ref\" is not inside this file\n";
	my $to = $self->{root};
	for my $step (split m{/}, $1) {
		$to = $to->{$step} // die "schema: nothing at \"$ref\"\n";
	}
	return $self->at($to, $v, $where);
}

sub check_type
{
	my ($self, $type, $v, $where) = @_;
	my @want = ref $type ? @$type : ($type);
	my $kind = kind($v);
	return if grep { is_a($kind, $_) } @want;
	return "$where: is of type $kind, expected " . join(' or ', @want);
}

sub check_const
{
	my ($self, $const, $v, $where) = @_;
	return if !ref_like($v) && plain($v) eq plain($const);
	return "$where: expected " . plain($const);
}

sub check_enum
{
	my ($self, $enum, $v, $where) = @_;
	return if !ref_like($v) && grep { plain($_) eq plain($v) } @$enum;
	return "$where: expected one of " . join(' ', map { plain($_) } @$enum);
}

sub ref_like { return kind($_[0]) =~ /^(?:object|array)\z/ }

sub check_pattern
{
	my ($self, $pattern, $v, $where) = @_;
	return if kind($v) ne 'string' || $v =~ /$pattern/;
	return "$where: does not match $pattern";
}

sub check_minimum
{
	my ($self, $min, $v, $where) = @_;
	return if !is_a(kind($v), 'number') || $v >= $min;
	return "$where: is below $min";
}

sub check_items
{
	my ($self, $items, $v, $where) = @_;
	return if kind($v) ne 'array';
	return map { $self->at($items, $v->[$_], "$where\[$_]") } 0 .. $#$v;
}

sub check_properties
{
	my ($self, $props, $v, $where) = @_;
	return if kind($v) ne 'object';
	return map { $self->at($props->{$_}, $v->{$_}, "$where.$_") } grep { exists $v->{$_} } sort keys %$props;
}

sub check_required
{
	my ($self, $names, $v, $where) = @_;
	return if kind($v) ne 'object';
	return map { "$where: no $_" } grep { !exists $v->{$_} } @$names;
}

sub check_additional
{
	my ($self, $rule, $v, $where, $schema) = @_;
	die "schema: additionalProperties can only be false\n" if kind($rule) ne 'boolean' || $rule;
	return if kind($v) ne 'object';
	return map { "$where: unexpected $_" } grep { !exists $schema->{properties}{$_} } sort keys %$v;
}

# When none fits, the complaints are those of the alternative that fits best.
sub check_one_of
{
	my ($self, $schemas, $v, $where) = @_;
	my @tries = map { [$self->at($_, $v, $where)] } @$schemas;
	my $fits = grep { !@$_ } @tries;
	return if $fits == 1;
	return "$where: fits $fits alternatives, expected one" if $fits;
	my ($best) = sort { @$a <=> @$b } @tries;
	return @$best;
}

1;
