#!/usr/bin/perl
# The shell at a real terminal, through tmux: what is typed, and what the screen shows then.
#
#   GEFS_BUILD=build perl cmd/gefs-sh/t/terminal.t :: complete page      only these parts

use strict;
use warnings;
use utf8;
use File::Basename qw(basename dirname);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsEdit qw(edit entry_key);
use GefsTest qw(:all);
use GefsWriting qw(patch);
use TerminalTest;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);
my $sh = tool('gefs-sh');
my $dir = File::Temp->newdir('gefs-terminal-XXXXXX', TMPDIR => 1);
symlink image($_), "$dir/$_.img" or die "$_.img: $!\n" for qw(small snaps sparse bulk);

my @parts = (
	prompt => \&test_prompt,
	complete => \&test_complete,
	addresses => \&test_complete_addresses,
	hostfiles => \&test_complete_host_files,
	hostile => \&test_complete_hostile,
	history => \&test_history,
	inputrc => \&test_inputrc,
	typing => \&test_interrupt_typing,
	interrupt => \&test_interrupt_command,
	page => \&test_pager,
	pagers => \&test_other_pagers,
	resize => \&test_resize,
	colours => \&test_colours,
	leave => \&test_leaving,
	pending => \&test_leaving_changes,
	undo => \&test_undo_refused,
	tour => \&test_tour,
);
my %chosen = map { $_ => 1 } @ARGV;
while (my ($name, $part) = splice @parts, 0, 2) {
	next if %chosen && !$chosen{$name};
	subtest $name => $part;
}
done_testing();

# A session with its own home, or that of another one.
sub session
{
	my ($image, %how) = @_;
	my $home = $how{home} // File::Temp->newdir(DIR => $dir);
	my $file = basename("$image.img");
	my @command = @{$how{command} // [$sh, @{$how{options} // []}, $file]};
	my $t = TerminalTest->new(
		columns => $how{columns}, rows => $how{rows}, dir => $how{at} // "$dir", command => \@command,
		env => {HOME => "$home", XDG_STATE_HOME => "$home/state", NO_COLOR => 1, %{$how{env} // {}}},
	);
	$t->{home} = $home;
	$t->until(sub { $_[0] =~ />\n\z/ }) // die "there is no prompt\n" . $t->screen unless $how{command} || $how{fails};
	return $t;
}

# Leaves it, and waits until it has left.
sub leave
{
	my ($t) = @_;
	$t->line('quit');
	is($t->status, 0, 'quit leaves with status 0');
}

# ---- the prompt ----

sub test_prompt
{
	my $t = session('small');
	$t->is_screen("small.img main:/>\n", 'image, snapshot and directory');
	$t->line('cd usr/bob; pwd');
	$t->is_screen(<<'', 'the prompt follows; two commands in a line');
small.img main:/> cd usr/bob; pwd
main:/usr/bob
small.img main:/usr/bob>

	$t->line('');
	$t->line('cd empty:');
	$t->line('cd /none');
	$t->line('cd -');
	$t->line("cat 'x");
	$t->is_screen(<<'', 'an empty line, another snapshot, errors, back again');
small.img main:/> cd usr/bob; pwd
main:/usr/bob
small.img main:/usr/bob>
small.img main:/usr/bob> cd empty:
small.img empty:/> cd /none
cd: /none: no such file or directory
small.img empty:/> cd -
main:/usr/bob
small.img main:/usr/bob> cat 'x
gefs-sh: a ' is not closed
small.img main:/usr/bob>

	$t->line('cd /usr');
	$t->line('snap adm');
	$t->shows(qr/^snap: adm has no directory \/usr: going to its root\nsmall\.img adm:\/>\n\z/m, 'a directory that a snapshot does not have');
	$t->line('cd main:/');
	$t->line('cd "/ünïcödé-目录"; ls');
	$t->shows(qr/^файл\.txt\n🐰glenda\nsmall\.img main:\/ünïcödé-目录>\n\z/m, 'names in UTF-8');
	leave($t);

	$t = session('small');
	$t->line('cat "/space in name"');
	$t->is_screen(<<'', 'a prompt begins a line, also after a file that does not end with one');
small.img main:/> cat "/space in name"
x
small.img main:/>

}

# ---- completion ----

# What a tab makes of a line that is only typed; the line is given up then.
sub completes
{
	my ($t, $typed, $want, $name) = @_;
	my ($prompt) = ($t->until(sub { $_[0] =~ />\n\z/ }) // '') =~ /([^\n]*>)\n\z/ or die 'there is no prompt';
	$t->type($typed)->key('Tab');
	$t->shows(qr/^\Q$prompt $want\E\n\z/m, $name // "$typed -> $want");
	$t->key('C-e', 'C-u')->shows(qr/^\Q$prompt\E\n\z/m, 'and the line goes');
}

# The list that two tabs show.
sub lists
{
	my ($t, $typed, $want, $name) = @_;
	$t->key('C-l')->type($typed)->key('Tab', 'Tab');
	my $line = $typed =~ s/ +\z//r;
	$t->shows(qr/\A[^\n]*> \Q$line\E\n$want\n[^\n]*> \Q$line\E\n\z/, $name // "$typed: lists");
	$t->key('C-u')->key('C-l')->shows(qr/\A[^\n]*>\n\z/, 'and the line goes');
}

sub test_complete
{
	my $t = session('small', columns => 100);
	$t->shows(qr/> *$/, 'prompt');
	completes($t, 'hexd', 'hexdump', 'a command');
	completes($t, 'pwd; hexd', 'pwd; hexdump', 'a command after another one');
	lists($t, 'co', 'commit +conf +convert +copyheader +copysuper', 'commands that begin so');
	completes($t, 'ls --l', 'ls --long', 'an option');
	completes($t, 'find -ina', 'find -iname', 'an option with one dash');
	lists($t, 'ls --', '--long +--recursive', 'options');
	completes($t, 'ls usr/b', 'ls usr/bob/', 'a directory goes on');
	completes($t, 'cat /usr/sh', 'cat /usr/shared', 'a file');
	completes($t, 'cat -- usr/bob/p', 'cat -- usr/bob/profile', 'a file after --');
	completes($t, 'cat empty usr/bob/p', 'cat empty usr/bob/profile', 'a second file');
	completes($t, 'cat sp', "cat 'space in name'", 'a name with blanks gets quotes');
	completes($t, "cat 'spa", "cat 'space in name'", 'and those that it has already are kept');
	completes($t, 'cat "spa', q(cat 'space in name'), 'so are double ones, as single ones');
	completes($t, 'cat space\\ in', "cat 'space in name'", 'a backslash is a quote too');
	completes($t, "cat main:/'spa", "cat main:/'spa", 'not in the middle of a word');
	completes($t, 'cat quo', q(cat 'quote'\''name'), 'a name with a quote');
	completes($t, 'cat ün', 'cat ünïcödé-目录/', 'a name in UTF-8');
	completes($t, 'cat mai', 'cat main:/', 'a label before a path');
	completes($t, 'cat main:/usr/bob/pro', 'cat main:/usr/bob/profile', 'a path in a snapshot');
	completes($t, 'cat main:/sp', q(cat 'main:/space in name'), 'one with blanks');
	completes($t, 'cd usr/s', 'cd usr/s', 'a file is no directory to go to');
	completes($t, 'cd em', 'cd empty', 'what all have in common: emptydir/ and empty:/');
	completes($t, 'snap ma', 'snap main', 'a label');
	lists($t, 'snap ', 'adm +empty +main', 'labels');
	completes($t, 'help hex', 'help hexdump', 'a command as an argument');
	completes($t, 'nonsense us', 'nonsense us', 'nothing of what is unknown');
	completes($t, 'find -name us', 'find -name us', 'the value of an option is no path');
	completes($t, 'find -newer usr/sh', 'find -newer usr/shared', 'but of some it is');
	completes($t, 'lookup -s ma', 'lookup -s main', 'a snapshot as the value of an option');
	completes($t, 'echo us', 'echo us', 'a word of no kind');
	leave($t);

	$t = session('snaps', columns => 100);
	lists($t, 'diff fork', 'fork3 +fork3-s1 +fork3b +forkmain +forkmain-s1', 'labels that begin so');
	completes($t, 'diff snap01 snap2', 'diff snap01 snap2', 'the second label');
	completes($t, 'diff snap01 twi', 'diff snap01 twinB', 'the second label');
	completes($t, 'ls snap01:/d', 'ls snap01:/d', 'what another snapshot has');
	leave($t);
}

sub test_complete_addresses
{
	my $t = session('small', rows => 60, options => ['--no-pager']);
	completes($t, 'block 0x1f', 'block 0x1f', 'an address that was not seen yet');
	$t->line('super');
	$t->shows(qr/^snap_root +0x1fa0000.*> *\n\z/ms, 'super shows addresses');
	$t->key('C-l');
	completes($t, 'block 0x1f', 'block 0x1fa0000', 'one that was on the screen');
	$t->line('block 0x1fa0000');
	$t->shows(qr/0x1fd0000.*> *\n\z/ms, 'a block that leads to others');
	lists($t, 'owner 0x1f', '0x1fa0000 +0x1fd0000 +0x1fec000 +0x1ff4000', 'all that were seen');
	completes($t, 'addr 0x1ff', 'addr 0x1ff4000', 'where a place can be told too');
	completes($t, 'addr arena[3', 'addr arena[3]', 'and such a place');
	completes($t, 'verify 0x1ff', 'verify 0x1ff4000', 'what can be verified: an address');
	completes($t, 'verify usr/sh', 'verify usr/shared', 'a file');
	completes($t, 'verify al', 'verify all', 'all');
	leave($t);
}

sub test_complete_host_files
{
	my $t = session('small');
	completes($t, 'get -r usr sna', 'get -r usr snaps.img', 'get goes to a file of the host');
	completes($t, 'get usr/sh', 'get usr/shared', 'and comes from one of the image');
	leave($t);
}

# ---- history ----

sub kept
{
	my ($t) = @_;
	open my $f, '<', "$t->{home}/state/gefs-tools/sh_history" or return '';
	local $/;
	return <$f>;
}

sub test_history
{
	my $home = File::Temp->newdir(DIR => $dir);
	my $t = session('small', home => $home);
	$t->line($_) for 'pwd', 'pwd', ' echo secret', 'echo one two', '', 'cd usr';
	$t->shows(qr/main:\/usr>\n\z/, 'some commands');
	$t->key('Up')->shows(qr/usr> cd usr\n\z/, 'the last one');
	$t->key('Up')->shows(qr/usr> echo one two\n\z/, 'the one before');
	$t->key('Up')->shows(qr/usr> pwd\n\z/, 'not what begins with a blank');
	$t->key('Up', 'Down')->shows(qr/usr> echo one two\n\z/, 'pwd is there once, and is the first');
	$t->key('C-u')->line('pwd; quit');
	is($t->status, 0, 'status');
	is(kept($t), "pwd\necho one two\ncd usr\npwd; quit\n", 'it is kept');
	my @mode = map { (stat "$home/state/$_")[2] & 0777 } 'gefs-tools', 'gefs-tools/sh_history';
	is_deeply(\@mode, [0700, 0600], 'for its owner');

	my %r = run('env', "XDG_STATE_HOME=$home/state", $sh, '-c', 'pwd', "$dir/small.img");
	is($r{out}, "main:/\n", 'a script');
	%r = run('sh', '-c', 'echo pwd | XDG_STATE_HOME=$1 "$2" "$3"', 'sh', "$home/state", $sh, "$dir/small.img");
	is($r{out}, "main:/\n", 'commands from a pipe');
	is(kept($t), "pwd\necho one two\ncd usr\npwd; quit\n", 'they are not kept');

	$t = session('snaps', home => $home);
	$t->key('Up')->shows(qr/main:\/> pwd; quit\n\z/, 'the next session has it');
	$t->key('C-u', 'C-r')->type('one');
	$t->shows(qr/^\(reverse-i-search\)`one': echo one two\n\z/m, 'searching for it');
	$t->key('Enter')->shows(qr/> echo one two\none two\n.*>\n\z/, 'and running it');
	$t->key('C-r')->type('us')->shows(qr/`us': cd usr/, 'another search');
	$t->key('C-c')->shows(qr/\^C[^\n]*\nsnaps\.img main:\/>\n\z/, 'given up');
	$t->line('echo !!');
	$t->shows(qr/> echo !!\n!!\n.*>\n\z/, 'no exclamation mark is expanded');
	my $second = session('small', home => $home);
	$second->line('echo second; quit');
	is($second->status, 0, 'a second session at the same time');
	$t->key('C-d');
	is($t->status, 0, 'status');
	is(kept($t), "pwd\necho one two\ncd usr\npwd; quit\necho one two\necho !!\necho second; quit\n", 'both add to it');
}

sub test_inputrc
{
	my $home = File::Temp->newdir(DIR => $dir);
	open my $f, '>', "$home/.inputrc" or die "$home/.inputrc: $!\n";
	print $f qq(\$if gefs-sh\n"\\C-t": "pwd\\C-m"\n\$endif\n\$if bash\n"\\C-t": "quit\\C-m"\n\$endif\n);
	close $f;
	my $t = session('small', home => $home);
	$t->key('C-t')->is_screen("small.img main:/> pwd\nmain:/\nsmall.img main:/>\n", 'a macro of ~/.inputrc');
	leave($t);
}

# ---- interrupts ----

sub test_interrupt_typing
{
	my $t = session('small');
	$t->type('cat usr/bob');
	$t->shows(qr/cat usr\/bob\n\z/, 'a line is typed');
	$t->key('C-c')->is_screen("small.img main:/> cat usr/bob^C\nsmall.img main:/>\n", 'an interrupt gives it up');
	$t->line('cat usr/bob/profile');
	$t->is_screen(<<'', 'the next one runs');
small.img main:/> cat usr/bob^C
small.img main:/> cat usr/bob/profile
bob was here
small.img main:/>

	$t->key('C-l');
	for my $n (1 .. 3) {
		$t->key('C-c')->shows(qr/\A(?:small\.img main:\/> \^C\n){$n}small\.img main:\/>\n\z/, 'an interrupt of nothing');
	}
	$t->line('pwd')->shows(qr/> pwd\nmain:\/\n.*>\n\z/, 'a command after it');
	$t->key('C-l')->type('cat usr/bob/pro')->key('Tab');
	$t->shows(qr/profile\n\z/, 'completed');
	$t->key('C-c')->type('cd usr/b')->key('Tab', 'Enter');
	$t->shows(qr/\^C\n.*> cd usr\/bob\/\nsmall\.img main:\/usr\/bob>\n\z/, 'completion after an interrupt');
	leave($t);
}

# A command that would take hours: what it is, once it runs, can be interrupted at any moment.
sub interrupts
{
	my ($t, $command, $name) = @_;
	$t->key('C-l')->line("echo begin; $command; echo end");
	$t->shows(qr/^begin$/m, "$name begins");
	$t->key('C-c');
	my $from = time;
	$t->shows(qr/^\w+: interrupted\n[^\n]*> *\n\z/m, "$name is interrupted");
	cmp_ok(time - $from, '<', 20, 'without delay');
	unlike($t->screen, qr/^end/m, 'so is the rest of the line');
	$t->line('cd /; pwd');
	$t->shows(qr/> cd \/; pwd\nmain:\/\n[^\n]*> *\n\z/, 'the shell lives');
}

sub test_interrupt_command
{
	my $t = session('sparse', env => {PAGER => 'cat >/dev/null'});
	interrupts($t, 'cat /scatter', 'cat of a hole');
	interrupts($t, 'cat /scatter /scatter', 'cat of holes');
	interrupts($t, 'head -c 900G /hole1t', 'head');
	$t->line('stat partial-blk');
	$t->shows(qr/length +200.*main:\/> *\n\z/s, 'commands work after it');
	leave($t);

	$t = session('sparse', command => ['sh', '-c', 'trap : INT; "$@" >out; echo "status $?"', 'sh',
		$sh, '-c', 'cat /hole1t; echo end', 'sparse.img']);
	my $deadline = time + 60;
	until (-s "$dir/out" || time > $deadline) {
		select undef, undef, undef, 0.02;
	}
	$t->key('C-c');
	is($t->status, 0, 'a script ends at an interrupt');
	like($t->all, qr/gefs-sh: cat: interrupted\nstatus 1\n/, 'and says so');
	unlink "$dir/out";
}

# ---- the pager ----

sub test_pager
{
	my $t = session('small', rows => 12);
	$t->line('ls /usr');
	$t->is_screen("small.img main:/> ls /usr\nbob/\nshared\nsmall.img main:/>\n", 'what fits is just shown');
	$t->key('C-l')->line('head -c 10 over; echo; ls -R usr');
	$t->shows(qr/shared\n.*>\n\z/, 'no pager');

	$t->key('C-l')->line('ls dir');
	$t->shows(qr/^len1\n.*^len513\n:\n?\z/ms, 'what does not, goes to a pager: the first screen');
	$t->key('Space')->shows(qr/^sub-renamed\/\n\(END\)\n\z/m, 'the last one');
	$t->key('q')->shows(qr/sub-renamed\/\nsmall\.img main:\/>\n\z/, 'q goes back');
	$t->line('pwd');
	$t->shows(qr/> pwd\nmain:\/\n.*>\n\z/, 'the shell lives');

	$t->key('C-l')->line('ls none dir');
	$t->shows(qr/^ls: \/none: no such file or directory\n.*^:\n?\z/ms, 'messages go to the pager too');
	$t->key('q')->shows(qr/main:\/>\n\z/, 'q goes back');

	$t->key('C-l')->line('hexdump dir/len1000000; echo end');
	$t->shows(qr/:\n\z/, 'a long text begins');
	$t->key('q')->shows(qr/^end\n.*>\n\z/m, 'leaving it does not harm the next command');
	$t->key('C-l')->line('hexdump dir/len1000000');
	$t->shows(qr/00000010.*:\n\z/s, 'a megabyte');
	$t->key('C-c');
	$t->key('G')->shows(qr/\(END\)\n\z/, 'an interrupt in the pager');
	$t->key('q')->shows(qr/main:\/>\n\z/, 'left');
	$t->line('pwd');
	$t->shows(qr/> pwd\nmain:\/\n.*>\n\z/, 'the shell lives');

	$t->key('C-l')->line('set pager on; ls dir | less');
	$t->shows(qr/no pipes/, 'there are no pipes');

	# Eleven lines fit into twelve rows with a prompt.
	for my $n (10, 11) {
		my $last = $n - 2;
		$t->key('C-l')->line("head -n $n append");
		$t->shows(qr/^appended line $last\nsmall\.img main:\/>\n\z/m, "$n lines are shown");
	}
	$t->key('C-l')->line("head -n 12 append");
	$t->shows(qr/^appended line 9\n:\n\z/m, '12 lines are paged');
	$t->key('Space')->shows(qr/^appended line 10\n\(END\)\n\z/m, 'the last one') && $t->key('q');
	$t->shows(qr/>\n\z/, 'q');
	leave($t);

	$t = session('bulk', rows => 12);
	$t->line('hexdump d00/f001 d00/f003 d00/f005 d00/f011 d00/f018 d00/f001 d00/f003');
	$t->shows(qr/^:\n?\z/m, 'more than one would read');
	$t->key('q')->shows(qr/main:\/>\n\z/, 'the command ends with its pager');
	leave($t);
}

sub test_other_pagers
{
	my $long = join "\n", sort(qw(len1 len1000000 len16383 len16384 len16385 len32767 len32768 len32769 len511 len512 len513
		len81997));
	for (['PAGER=cat', env => {PAGER => 'cat'}], ['--no-pager', options => ['--no-pager']], ['no pager', env => {PAGER => 'false'}]) {
		my ($name, %how) = @$_;
		my $t = session('small', rows => 8, %how);
		$t->line('ls dir');
		my $all = $t->until(sub { $_[0] =~ /main:\/>\n\z/ && $_[0] =~ /> ls dir/ }, '-S', '-') // '';
		if ($name eq 'no pager') {
			$t->line('pwd');
			$t->shows(qr/> pwd\nmain:\/\n/, 'a pager that fails does no harm');
		} else {
			like($all, qr/> ls dir\n\Q$long\E\n.*sub-renamed\/\nsmall/s, "$name: all at once");
		}
		$t->line('set pager off; ls dir');
		$t->shows(qr/sub-renamed\/\nsmall\.img main:\/>\n\z/, 'set pager off');
		leave($t);
	}
	my $t = session('small', rows => 8, env => {PAGER => '/nonexistent/pager'});
	$t->line('ls dir');
	$t->shows(qr/sub-renamed\/\nsmall\.img main:\/>\n\z/, 'a pager that is not there loses nothing');
	like($t->all, qr/> ls dir\n.*\Q$long\E\n/s, 'from the first line on');
	$t->key('C-l')->line('ls dir');
	$t->shows(qr/\A(?!.*nonexistent).*sub-renamed\/\nsmall\.img main:\/>\n\z/s, 'and is not tried again');
	leave($t);
	$t = session('small', rows => 8, env => {PAGER => 'sed s/^/p:/'});
	$t->line('ls dir');
	$t->shows(qr/^p:sub-renamed\/\nsmall\.img main:\/>\n\z/m, 'another pager');
	$t->key('C-l')->line('ls usr');
	$t->shows(qr/^bob\/\nshared\nsmall/m, 'not for what is short');
	leave($t);
}

sub test_resize
{
	my $t = session('small', columns => 60, rows => 40);
	$t->line('ls dir');
	$t->shows(qr/sub-renamed\/\nsmall\.img main:\/>\n\z/, 'a long list on a high screen');
	$t->resize(60, 10)->key('C-l');
	$t->shows(qr/\Asmall\.img main:\/>\n\z/, 'resized');
	$t->line('ls dir');
	$t->shows(qr/^:\n?\z/m, 'the same on a lower screen is paged');
	$t->key('q')->shows(qr/main:\/>\n\z/, 'q');
	$t->key('C-l')->type('echo aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb cccccccc');
	$t->is_screen(<<'', 'a line that does not fit');
small.img main:/> echo aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbb
bbbb cccccccc

	$t->resize(40, 10);
	$t->shows(qr/bbb\n?bbb.*cccccccc\n\z/s, 'resized meanwhile');
	$t->key('C-l')->is_screen(<<'', 'it is drawn for the new width');
small.img main:/> echo aaaaaaaaaaaaaaaaa
aaa bbbbbbbbbbbbbbbbbbbb cccccccc

	$t->key('BSpace', 'BSpace', 'BSpace', 'BSpace', 'BSpace', 'BSpace', 'BSpace', 'BSpace')->key('Enter');
	$t->shows(qr/^aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb\nb\nsmall\.img main:\/>\n\z/m, 'edited and run');
	leave($t);
}

# ---- colours ----

sub test_colours
{
	my $t = session('small', env => {NO_COLOR => ''}, command => ['env', '-u', 'NO_COLOR', $sh, 'small.img']);
	$t->line('ls usr');
	$t->shows(qr/shared\n.*>\n\z/, 'a list');
	like($t->screen('-e'), qr/\e\[[0-9;]*mmain:\/\e/, 'the prompt has a colour');
	like($t->screen('-e'), qr/\e\[[0-9;]*mbob\/?\e/, 'a directory has one');
	unlike($t->screen('-e'), qr/\e\[[0-9;]*mshared/, 'a file has none');
	$t->key('C-l')->type('cat usr/bob/profile' . 'x' x 60);
	$t->shows(qr/\Asmall\.img main:\/> cat usr\/bob\/profilex{43}\nx{17}\n\z/, 'a line wraps where the screen ends');
	$t->key('C-a')->key('Right')->type('_')->shows(qr/> c_at usr.*\nx{18}\n\z/, 'the cursor knows where it is');
	$t->key('C-e', 'C-u');
	$t->key('C-l')->line('ls -lR dir /');
	$t->shows(qr/^:\n?\z/m, 'the pager');
	like($t->screen('-e'), qr/\e\[[0-9;]*msub-renamed|\e\[[0-9;]*mdir/, 'has colours too');
	$t->key('q');
	leave($t);

	for (['NO_COLOR' => 1, 0], ['NO_COLOR empty' => '', 1]) {
		my ($name, $value, $colours) = @$_;
		$t = session('small', env => {NO_COLOR => $value});
		$t->line('ls usr; help');
		$t->shows(qr/:\n?\z/, 'help is paged');
		is($t->screen('-e') =~ /\e\[[0-9;]*3[0-7]|\e\[1m/ ? 1 : 0, $colours, "$name: colours");
		$t->key('q')->shows(qr/>\n\z/, 'q');
		leave($t);
	}

	$t = session('small', command => ['sh', '-c', 'env -u NO_COLOR "$0" -c "help; ls -l; tree" small.img | od -An -c | grep 033; echo done', $sh]);
	is($t->status, 0, 'a pipe');
	like($t->all, qr/\Adone\n/, 'has no colours');
	$t = session('small', command => ['env', '-u', 'NO_COLOR', $sh, '--json', 'small.img']);
	$t->line('ls usr');
	$t->shows(qr/"\/usr\/shared".*>\n\z/s, 'JSON on a terminal');
	unlike($t->screen('-e'), qr/\e\[[0-9;]*m\{/, 'has no colours');
	leave($t);
}

# ---- the end ----

sub test_leaving
{
	my $t = session('small');
	$t->line('cat none; pwd');
	$t->shows(qr/no such file or directory\nmain:\/\n.*>\n\z/, 'a command that fails does not end a line');
	$t->type('ls')->key('C-d');
	$t->shows(qr/> ls\n\z/, 'C-d on a line that has something does not leave');
	$t->key('C-u', 'C-d');
	is($t->status, 0, 'C-d leaves');
	like($t->all, qr/main:\/>\n\z/, 'the cursor is on a line of its own then');

	$t = session('small', options => ['-s', 'none'], fails => 1);
	is($t->status, 1, 'a snapshot that is not there');
	like($t->all, qr/^gefs-sh: .*none/m, 'is told');
	$t = session('none', fails => 1);
	is($t->status, 1, 'nor is there a file');
}

sub test_leaving_changes
{
	image_copy(image('small'), "$dir/copy.img");
	my $t = session('copy', options => ['-w']);
	$t->line('set expert on; set super.qgen 7');
	$t->shows(qr/super\.qgen: 26 -> 7.*>\n\z/s, 'a change');
	$t->line('quit');
	$t->shows(qr/forgotten/, 'that changes are lost is told');
	is($t->status, 0, 'status');
	ok(same_bytes(image('small'), "$dir/copy.img"), 'nothing is written');
	unlink "$dir/copy.img";
}

# A name with a newline in it, completed, is a word: what stands behind the newline is no command.
sub test_complete_hostile
{
	image_copy(image('small'), "$dir/hostile.img");
	edit("$dir/hostile.img", '-r insert main:root ' . entry_key(0, "zz\nabort\e[2J") . ' *main:/exec');
	edit("$dir/hostile.img", '-r insert snap:root x:' . unpack('H*', "\x03zz\nabort") . ' *snap:{label:empty}');
	my $t = session('hostile', options => ['-w']);
	$t->line('set expert on; set super.qgen 7');
	$t->shows(qr/super\.qgen: 26 -> 7.*>\n\z/s, 'a change');
	$t->key('C-l')->type('stat /zz')->key('Tab');
	$t->shows(qr/> stat \$'\/zz\\x0aabort\\x1b\[2J'/, 'the name is quoted');
	$t->key('Enter');
	$t->shows(qr/^  type      file$/m, 'and found');
	$t->key('C-l')->type('snap zz')->key('Tab');
	$t->shows(qr/> snap \$'zz\\x0aabort'/, 'a label is quoted as well');
	$t->key('Enter');
	$t->shows(qr/ zz\\x0aabort:\/>\n\z/, 'and found');
	$t->line('snap main');
	$t->key('C-l')->line('diff-changes -q');
	$t->shows(qr/^block 0x0, super$/m, 'the change is still there');
	$t->key('C-l')->type("ls /z\t");
	$t->line('');
	$t->shows(qr/zz\\x0aabort\\x1b\[2J/, 'it is shown escaped');
	$t->line('abort');
	leave($t);
	unlink "$dir/hostile.img";
}

# Undoing what was changed again from outside: refused, and the shell lives.
sub test_undo_refused
{
	image_copy(image('small'), "$dir/copy.img");
	my $t = session('copy', options => ['-w']);
	$t->line('set expert on; set super.nextqid 77; rehash; commit');
	$t->shows(qr/2 blocks written/, 'a commit');
	patch("$dir/copy.img", 300, 'x');
	$t->key('C-l')->line('undo');
	$t->shows(qr/^undo: .*0x0.*main:\/>\n\z/ms, 'undo is refused');
	$t->line('pwd');
	$t->shows(qr/> pwd\nmain:\/\n/, 'and the shell goes on');
	leave($t);
	unlink glob "$dir/copy.img*";
}

# ---- the tour ----

# Scripts of the tour, typed line by line, show what they print when they are run.
sub test_tour
{
	for my $name (qw(files snapshots messages edit)) {
		my $script = File::Spec->catfile(dirname(File::Spec->rel2abs(__FILE__)), 'tour', $name);
		my ($first, @lines) = split /\n/, text_of("$script.gsh");
		my ($base, @options) = split ' ', $first =~ s/\A# //r;
		my $place = File::Temp->newdir(DIR => $dir);
		image_copy(image($base), "$place/$base.img");
		my $t = session("$place/$base", columns => 500, rows => 50, options => ['--no-pager', @options], at => "$place");
		for my $line (grep { !/\A(?:#|\s*\z)/ } @lines) {
			last if $line eq 'quit';
			type_and_wait($t, $line);
		}
		$t->key('C-d');
		is($t->status, 0, "$name: typed");
		my ($have, $want) = (plain($t->all), plain(text_of("$script.out")));
		ok($have eq $want, "$name: shows the same as the script") or diag(first_difference($want, $have));
	}
}

sub type_and_wait
{
	my ($t, $line) = @_;
	$t->type($line)->until(sub { $_[0] =~ /> \Q$line\E\n\z/ }) // die "typed \"$line\":\n" . $t->screen;
	$t->key('Enter');
	$t->until(sub { $_[0] =~ /^\w+\.img[^>]*>\n\z/m }) // die "after \"$line\":\n" . $t->screen;
}

# What was printed, without prompts, empty lines, blanks at ends of lines, times, and where a message came from.
sub plain
{
	my @lines = grep { length && !/\A\w+\.img[^>]*>/ } map { s/[ ]+\z//r } split /\n/, $_[0];
	s/\d+\.\d{3} s\z/N s/, s/\Agefs-sh: (?:\w+\.gsh:\d+: )?// for @lines;
	return join '', map { "$_\n" } @lines;
}

sub first_difference
{
	my @want = split /\n/, $_[0];
	my @have = split /\n/, $_[1];
	my $i = 0;
	$i++ while $i < @want && $i < @have && $want[$i] eq $have[$i];
	return sprintf "line %d:\n  want %s\n  have %s\n", $i + 1, $want[$i] // '(end)', $have[$i] // '(end)';
}

sub text_of
{
	my ($file) = @_;
	open my $f, '<:encoding(UTF-8)', $file or die "$file: $!\n";
	local $/;
	return <$f>;
}
