package TerminalTest;

# A program in a real terminal: a pane of a tmux server of its own, typed into and looked at. Nothing here waits for a
# fixed time; what is expected is waited for, up to GEFS_SCREEN_LIMIT seconds (default 120).

use strict;
use warnings;
use File::Spec;
use File::Temp ();
use Time::HiRes qw(sleep time);
use Test::More ();
use GefsTest qw(run complaint);

my %servers;	# process id of each that runs, and whose child it is
my $limit = $ENV{GEFS_SCREEN_LIMIT} // 120;

# new(columns => 80, rows => 24, env => {NAME => VALUE, ...}, dir => DIR, command => [...])
sub new
{
	my ($class, %how) = @_;
	my $self = bless {
		dir => File::Temp->newdir('gefs-tmux-XXXXXX', TMPDIR => 1),
		columns => $how{columns} // 80,
		rows => $how{rows} // 24,
	}, $class;
	my $settings = File::Spec->catfile($self->{dir}, 'settings');
	open my $f, '>', $settings or die "$settings: $!\n";
	print $f "set -g status off\nset -g default-terminal screen\nset -g escape-time 0\nset -g history-limit 50000\n";
	close $f;
	my @env = ('env', '-u', 'TMUX', '-u', 'LESS', '-u', 'PAGER', '-u', 'INPUTRC', '-u', 'NO_COLOR', 'LC_ALL=C.UTF-8',
		map { "$_=$how{env}{$_}" } sort keys %{$how{env}});
	$self->{tmux} = [@env, "TMUX_TMPDIR=$self->{dir}", 'tmux', '-u', '-L', 'gefs', '-f', $settings];
	$self->tmux('new-session', '-d', '-x', $self->{columns}, '-y', $self->{rows},
		($how{dir} ? ('-c', $how{dir}) : ()), '--',
		# The exit status goes to a file: tmux misses it now and then. An interrupt is for the command alone.
		'sh', '-c', 'status=$1; shift; trap : INT; "$@"; echo $? >$status.new; mv $status.new $status; exec sleep 86400',
		'sh', "$self->{dir}/status", @{$how{command}});
	chomp($self->{server} = $self->tmux('display-message', '-p', '#{pid}'));
	$servers{$self->{server}} = $$;
	return $self;
}

sub DESTROY
{
	my ($self) = @_;
	stop($self->{server});
}

# Also when the test dies.
END { stop($_) for keys %servers }

sub stop
{
	my ($server) = @_;
	kill 'TERM', $server if ($servers{$server} // 0) == $$;
	delete $servers{$server};
}

sub tmux
{
	my ($self, @command) = @_;
	my %r = run(@{$self->{tmux}}, @command);
	die "tmux @command: ", complaint(\%r), "\n" if complaint(\%r);
	return $r{out};
}

# Types text, and an enter after it with line.
sub type
{
	my ($self, $text) = @_;
	$text =~ s/;\z/\\;/;	# else it ends tmux's command
	$self->tmux('send-keys', '-l', '--', $text);
	return $self;
}

sub line
{
	my ($self, $text) = @_;
	$self->type($text) if length $text;
	return $self->key('Enter');
}

sub key
{
	my ($self, @keys) = @_;
	$self->tmux('send-keys', @keys);
	return $self;
}

# What is on the screen: lines without blanks at their ends, and no empty ones at the end.
sub screen
{
	my ($self, @options) = @_;
	my $text = $self->tmux('capture-pane', '-p', @options);
	utf8::decode($text);
	$text =~ s/[ ]+$//mg;
	$text =~ s/\n*\z/\n/;
	return $text;
}

# Also what has scrolled out of it, with lines joined that did not fit.
sub all
{
	my ($self) = @_;
	return $self->screen('-J', '-S', '-');
}

sub clear
{
	my ($self) = @_;
	$self->tmux('clear-history');
	return $self;
}

sub resize
{
	my ($self, $columns, $rows) = @_;
	@$self{qw(columns rows)} = ($columns, $rows);
	$self->tmux('resize-window', '-x', $columns, '-y', $rows);
	return $self;
}

# Waits until something is true of the screen; the screen, or undef after the deadline.
sub until
{
	my ($self, $true, @options) = @_;
	my $deadline = time + $limit;
	for (;;) {
		my $screen = $self->screen(@options);
		return $screen if $true->($screen);
		if (time > $deadline) {
			$limit = 5 if $limit > 5;	# what is wrong once is not waited for again and again
			return;
		}
		sleep 0.02;
	}
}

# A test: the screen comes to show what matches.
sub shows
{
	my ($self, $want, $name) = @_;
	my $got = $self->until(sub { $_[0] =~ $want });
	Test::More::ok(defined $got, $name) or Test::More::diag("want $want\n", framed($self->screen));
	return defined $got;
}

# A test: the screen comes to be exactly this, blanks at ends of lines aside.
sub is_screen
{
	my ($self, $want, $name, @options) = @_;
	$want =~ s/[ ]+$//mg;
	my $got = $self->until(sub { $_[0] eq $want }, @options);
	Test::More::ok(defined $got, $name) or
	    Test::More::diag("want\n", framed($want), "have\n", framed($self->screen(@options)));
	return defined $got;
}

# The exit status, once the program has left.
sub status
{
	my ($self) = @_;
	my $deadline = time + $limit;
	until (-e "$self->{dir}/status") {
		return 'still there' if time > $deadline;
		sleep 0.02;
	}
	open my $f, '<', "$self->{dir}/status" or die "$self->{dir}/status: $!\n";
	chomp(my $status = <$f>);
	return $status;
}

sub framed
{
	my ($text) = @_;
	utf8::encode($text);
	return $text =~ s/^/  | /mgr;
}

1;
