#!/usr/bin/perl
# The commands of gefs-sh for looking around: options, exact output, what goes wrong; and against the manifests what they
# sum up, draw, find, and compare.
#
#   prove cmd/gefs-sh/t/around.t

use strict;
use warnings;
no warnings 'portable';		# numbers above 32 bits
use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use File::Spec;
use File::Temp ();
use Test::More;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use GefsTest qw(:all);
use GefsWriting qw(flip_byte);
use GefsFiles qw(:all);
use GefsEdit qw(edit entry_key);

$ENV{LC_ALL} = 'C.UTF-8';
my $sh = tool('gefs-sh');
my $slow = build_dir() =~ /asan/;
my $dir = File::Temp->newdir('gefs-sh-XXXXXX', TMPDIR => 1);
our $image = image('small');

subtest ls => \&test_ls;
subtest 'cat and head' => \&test_cat;
subtest hexdump => \&test_hexdump;
subtest stat => \&test_stat;
subtest find => \&test_find;
subtest du => \&test_du;
subtest tree => \&test_tree;
subtest grep => \&test_grep;
subtest 'snap, users, df' => \&test_snap;
subtest history => \&test_history;
subtest diff => \&test_diff;
subtest get => \&test_get;
subtest 'what get tells' => \&test_get_tells;
subtest 'damaged data' => \&test_damage;
subtest 'contents left out' => \&test_left_out;
subtest 'odd names' => \&test_names;
subtest 'no files' => \&test_no_files;
done_testing();

# ---- helpers ----

# says(COMMANDS, OUTPUT, STATUS, MESSAGES): what gefs-sh -k prints, exactly; messages without "gefs-sh: ".
sub says
{
	my ($commands, $out, $status, $err) = @_;
	my %r = run($sh, '-k', '-c', $commands, $image);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($r{out}, $out, $commands);
	is($r{err} =~ s/^gefs-sh: //gmr, $err // '', 'and complains as it should');
	is($r{status}, $status // 0, 'with this status');
}

# told(COMMANDS, OPTION...) -> what it prints; it must not fail.
sub told
{
	my %r = run($sh, '-k', '-c', @_, $image);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(complaint(\%r), undef, $_[0]);
	return $r{out};
}

sub objects
{
	my ($commands) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return jsonl(told($commands, '--json'));
}

sub with(&$)
{
	my ($do, $name) = @_;
	local $image = image($name);
	$do->();
}

# ---- the commands ----

sub test_ls
{
	says('ls usr', "bob/\nshared\n");
	says('ls -R usr/; cd usr; ls bob/profile ./shared', "bob/\nbob/lib/\nbob/lib/x\nbob/profile\nshared\nbob/profile\n./shared\n");
	says('ls -l dir/len1 usr', <<'T');
--rw-rw-r-- glenda   adm               1 2023-11-14 22:13:20 dir/len1

usr:
d-rwxrwxr-x bob      bob               0 2023-11-14 22:13:20 bob/
--rw-rw-rw- bob      staff             8 2023-11-14 22:13:20 shared
T
	says('ls main:/usr adm: emptydir', "main:/usr:\nbob/\nshared\n\nadm::\nusers\n\nemptydir:\n");
	says('ls nosuch usr/shared', "usr/shared\n", 1, "ls: /nosuch: no such file or directory\n");
	says('ls nolabel:/', '', 1, "ls: there is no snapshot \"nolabel\"; \"snap\" lists them\n");
	says('ls -x', '', 2, "ls: there is no option \"-x\"; usage: ls [options] [PATH...]\n");
	my @l = objects('ls -R usr');
	is("@{[map { $_->{path} } @l]}", '/usr/bob /usr/bob/lib /usr/bob/lib/x /usr/bob/profile /usr/shared', 'JSON has whole paths');
}

sub test_cat
{
	says('cat usr/bob/profile exec', "bob was here\n#!/bin/rc\necho hi\n");
	says('cat usr nosuch exec', "#!/bin/rc\necho hi\n", 1,
		"cat: usr: is a directory\ncat: /nosuch: no such file or directory\n");
	says('cat', '', 2, "cat: too few arguments; usage: cat PATH...\n");
	says('head -n 1 exec; head -n1 -n 2 exec; head -n 0 exec; head -c 5 exec; head empty', "#!/bin/rc\n#!/bin/rc\necho hi\n#!/bi");
	says('head -n1 exec usr/bob/profile', "==> exec <==\n#!/bin/rc\n\n==> usr/bob/profile <==\nbob was here\n");
	says('head -n 1 -c 1 exec; head -n x exec', '', 2,
		"head: -n and -c exclude each other\nhead: \"x\" is no number, like 123, 0x7b or 4K\n");
	my @lines = split /^/, told('cat append');
	cmp_ok(scalar @lines, '>', 10, 'a file of many lines');
	is(told('head append'), join('', @lines[0 .. 9]), 'of which head shows ten');
	my @p = objects('head -n 1 exec');
	is_deeply(\@p, [{path => '/exec', offset => 0, data_hex => unpack 'H*', "#!/bin/rc\n"}], 'JSON');
	my $text = join '', map { pack 'H*', $_->{data_hex} } objects('cat dir/len1000000');
	is(length $text, 1000000, 'a long file in JSON');
	ok($text eq told('cat dir/len1000000'), 'is the same');
}

sub test_hexdump
{
	says('hexdump usr/bob/profile', <<'T');
00000000  62 6f 62 20 77 61 73 20  68 65 72 65 0a           |bob was here.|
0000000d
T
	says('hexdump -o 4 -n 3 usr/bob/profile; hexdump empty; hexdump -o 100 usr/bob/profile; hexdump -n 0 exec', <<'T');
00000004  77 61 73                                          |was|
00000007
T
	says('hexdump dir/len16385', <<'T');
00000000  3e 2a cb 2a e4 03 ee 13  68 40 70 6c bb 2c 22 1e  |>*.*....h@pl.,".|
*
00004000  3e                                                |>|
00004001
T
	says('hexdump usr; hexdump -o x exec; hexdump -n', '', 2, <<'T');
hexdump: usr: is a directory
hexdump: "x" is no number, like 123, 0x7b or 4K
hexdump: a value is missing after "-n"; usage: hexdump [options] PATH...
T
	# As hexdump(1) does it, holes and all.
	my %real = run(qw(hexdump --version));
	SKIP: {
		skip('there is no hexdump', 2) if complaint(\%real);
		for my $path (qw(dir/len81997 append over)) {
			my $file = "$dir/plain";
			told("get -f $path $file");
			my %r = run('hexdump', '-C', $file);
			ok(told("hexdump $path") eq $r{out}, "as hexdump(1): $path");
		}
	}
	with {
		my %r = run($sh, '-c', 'hexdump hole1t', $image);
		is(complaint(\%r), undef, 'a file of a TiB');
		cmp_ok(length $r{out}, '<', 1 << 20, 'of holes is short');
		like($r{out}, qr/^00004000  (00 ){8} (00 ){8} \|\.{16}\|\n\*\nfffffe4000  00 00 00 6c 69 6e 65 20  28/m, 'with a star for holes');
		is(substr($r{out}, -12), "10000000032\n", 'and its length in the end');
		my @p = objects('hexdump -o 16300 -n 1000000 hole1t');
		is_deeply([map { [@$_{qw(offset zeros)}] } @p], [[16300, undef], [16384, 1000000 - 84]], 'and in JSON');
	} 'sparse';
}

sub test_stat
{
	says('stat usr/bob/profile', <<'T');
usr/bob/profile
  type      file
  qid       path 44, version 1, type 0x00
  parent    qid path 43
  mode      664 --rw-rw-r--
  owner     bob (2)
  group     bob (2)
  modifier  bob (2)
  modified  2023-11-14 22:13:20.136000000
  accessed  2023-11-14 22:13:20.135000000
  length    13
  contents  16384 bytes in 1 block, 1 extent, 0 holes
T
	says('stat / nosuch', <<'T', 1, "stat: /nosuch: no such file or directory\n");
/
  type      directory
  qid       path 0, version 27, type 0x80
  parent    qid path -
  mode      20000000775 d-rwxrwxr-x
  owner     adm (-1)
  group     adm (-1)
  modifier  none (0)
  modified  1970-01-01 00:00:00.000000000
  accessed  1970-01-01 00:00:00.000000000
  length    0
T
	# Extents cover what is there, each where the blocks are.
	my ($e) = objects('stat -x dir/len1000000');
	is("@$e{qw(path blocks allocated holes extent_count length)}", '/dir/len1000000 62 1015808 0 3 1000000', 'JSON');
	my $at = 0;
	for (@{$e->{extents}}) {
		is($_->{offset}, $at, 'an extent follows the one before');
		$at += $_->{length};
	}
	is($at, 1000000, 'up to the end');
	like(told('stat -x dir/len1000000'), qr/\n    offset 0, length 16384, at 0x[0-9a-f]+, of generation 7\n/, 'text');
	with {
		my ($h, $huge) = objects('stat hole1t huge-length');
		is("@$h{qw(blocks extent_count holes)}", '8 4 2', 'holes');
		is("@$huge{qw(length holes)}", (1 << 62) . ' 1', 'nothing but a hole');
	} 'sparse';
}

sub test_find
{
	says('find usr', "usr/\nusr/bob/\nusr/bob/lib/\nusr/bob/lib/x\nusr/bob/profile\nusr/shared\n");
	says('find -iname "LEN5*"; find main:/ -name "len51[13]"', "dir/len511\ndir/len512\ndir/len513\nmain:/dir/len511\nmain:/dir/len513\n");
	says('find -path "/dir/sub*" -type d; find . -path "/usr/*/x"', "dir/sub-renamed/\ndir/sub-renamed/subsub/\n./usr/bob/lib/x\n");
	says('find -size 16384; find -name "len*" -size +32K; find -size -2 -type f usr', "dir/len16384\ndir/len1000000\ndir/len32769\ndir/len81997\nusr/bob/lib/x\n");
	says('find -group sys -l; find -user 77; find -user bob -type d -size 0; find -user none -group nogroup', <<'T');
--r--r--r-- sys      sys               1 2023-11-14 22:13:20 owned-by-sys
ghostfile
usr/bob/
usr/bob/lib/
T
	says('find -before 1970-01-02; find -before "1970-01-01 00:00:01" -type f; find -after 1973-11-29T21:33:09 -before 1973-11-30 .', "./\nmtimed0\nmtimed0\n./mtimed\n");
	says('find -after "2023-11-14 22:13" -name "m*" -type f -size 1; find -newer mtimed0 -size -2 -name "mt*"; find -qid 44', "mtimed\nusr/bob/profile\n");
	says('find -mtime +10000', "./\nmtimed\nmtimed0\n");
	says('find -mtime -100; find -name nosuch', '');
	says('find nosuch emptydir', "emptydir/\n", 1, "find: /nosuch: no such file or directory\n");
	says('find -user nobody; find -size +1x; find -newer nosuch; find -type x; find -before 2023-02-30; find -mtime a; find -qid -1; find -name; find -nonsense', '', 2, <<'T');
find: -user: "nobody" is neither a user of this image nor a number
find: -size: "+1x" is no number of bytes, like 100, +4K or -1M
find: /nosuch: no such file or directory
find: -type: "x" is neither f (file) nor d (directory)
find: -before: "2023-02-30" is no time, like 2026-11-21 or "2026-11-21 12:04:51"
find: -mtime: "a" is no number of days, like 3, +3 or -3
find: "-1" is no number, like 123, 0x7b or 4K
find: a value is missing after "-name"; usage: find [options] [PATH...]
find: there is no option "-nonsense"; usage: find [options] [PATH...]
T
	# What a label has, by properties that the manifest knows.
	for my $name (qw(snaps A-snaps)) {
		my $labels = expected(manifest($name));
		local $image = image($name);
		for my $label (grep { /05$|main|two/ } sort keys %$labels) {
			my $want = $labels->{$label};
			for my $row (['-type d', sub { $_[0]{dir} }], ['-size +1000 -size +900', sub { $_[0]{length} > 900 }],
				['-name "*1*" -type f', sub { !$_[0]{dir} && $_[0]{path} =~ m{1[^/]*\z} }],
				['-user glenda -size -100', sub { $_[0]{uid} eq 'glenda' && $_[0]{length} < 100 }]) {
				my ($options, $fits) = @$row;
				my @have = sort map { bytes($_->{path}) } objects("find '$label:/' $options");
				my @want = sort grep { $fits->($want->{$_}) } keys %$want;
				is_deeply(\@have, \@want, "$name, $label: " . @want . " with $options");
			}
		}
	}
}

sub test_du
{
	says('du usr; du -s usr /dir/len1 usr/shared', <<'T');
         16384              1  usr/bob/lib/
         32768             14  usr/bob/
         49152             22  usr/
         49152             22  usr/
         16384              1  /dir/len1
         16384              8  usr/shared
T
	says('du nosuch emptydir', "             0              0  emptydir/\n", 1, "du: /nosuch: no such file or directory\n");
	# All these files are without holes.
	for my $name (qw(small snaps A-snaps), $slow ? () : 'BE-snaps') {
		my $labels = expected(manifest($name));
		local $image = image($name);
		my $block = $name =~ /^(?:A|BE)-/ ? 8192 : 16384;
		my (%want, %have);
		for my $e (values %{$labels->{main}}) {
			for ('/', grep { ($labels->{main}{$_} // {})->{dir} } prefixes($e->{path})) {
				$want{$_} //= [0, 0];
				next if $e->{dir};
				$want{$_}[0] += int(($e->{length} + $block - 1) / $block) * $block;
				$want{$_}[1] += $e->{length};
			}
		}
		$have{bytes($_->{path})} = [@$_{qw(allocated length)}] for objects('du');
		is_deeply(\%have, \%want, "$name: sums of " . keys(%want) . ' directories');
	}
}

# "/a/b" -> "/a", "/a/b"
sub prefixes
{
	my ($path) = @_;
	my @parts = split m{/}, substr $path, 1;
	return map { '/' . join '/', @parts[0 .. $_] } 0 .. $#parts;
}

sub test_tree
{
	says('tree usr; cd usr; tree -d; tree -L 1 /usr', <<"T");
usr/
├── bob/
│\xc2\xa0\xc2\xa0 ├── lib/
│\xc2\xa0\xc2\xa0 │\xc2\xa0\xc2\xa0 └── x
│\xc2\xa0\xc2\xa0 └── profile
└── shared

2 directories, 3 files
./
└── bob/
    └── lib/

2 directories
/usr/
├── bob/
└── shared

1 directory, 1 file
T
	says('tree usr/shared; tree emptydir', "emptydir/\n\n0 directories, 0 files\n", 1, "tree: usr/shared: is no directory\n");
	says('tree nosuch; tree -L x; tree a b', '', 2,
		"tree: /nosuch: no such file or directory\ntree: \"x\" is no number, like 123, 0x7b or 4K\n" .
		"tree: one argument too many: \"b\"; usage: tree [options] [DIR]\n");
	{
		local $ENV{LC_ALL} = 'C';
		says('tree -L 2 usr', "usr/\n|-- bob/\n|   |-- lib/\n|   `-- profile\n`-- shared\n\n2 directories, 2 files\n");
	}
	my @t = objects('tree usr');
	is("@{[map { $_->{depth} // $_->{type} } @t]}", '0 1 2 3 2 1 summary', 'JSON');
	is("@{$t[-1]}{qw(dirs files)}", '2 3', 'with a summary');
	for my $name (qw(small snaps A-snaps)) {
		local $image = image($name);
		my $want = expected(manifest($name))->{main};
		my $dirs = grep { $_->{dir} } values %$want;
		my ($d, $f) = ($dirs - 1, keys(%$want) - $dirs);
		my @lines = split /\n/, told('tree');
		is($lines[-1], $d . ($d == 1 ? ' directory, ' : ' directories, ') . "$f files", "$name: summary");
		is(scalar(@lines), $d + $f + 3, 'a line for each');
		my @last = grep { /└/ } @lines;
		my %with = map { m{\A(.*)/[^/]+\z}s ? ($1 => 1) : () } grep { $_ ne '/' } keys %$want;
		is(scalar(@last), scalar(keys %with), 'an end for each directory with something in it');
	}
}

sub test_grep
{
	says('grep was usr/bob/profile; grep -i BOB usr/bob/profile', "usr/bob/profile:1:bob was here\n" x 2);
	says('grep "^e.*i$|^#" exec', "exec:1:#!/bin/rc\nexec:2:echo hi\n");
	says('grep -c o exec usr/bob/profile empty', "exec:1\nusr/bob/profile:1\nempty:0\n");
	says('grep -F . exec; grep -F /bin/ exec; grep -iF "(X" exec; grep -l nothing exec', "exec:1:#!/bin/rc\n");
	says('grep x usr; grep x nosuch; grep "(" exec; grep x', '', 2, <<'T');
grep: usr: is a directory; -r looks below it
grep: /nosuch: no such file or directory
grep: "(": Unmatched ( or \(
grep: too few arguments; usage: grep [options] REGEX PATH...
T
	my @l = objects('grep hi exec; grep -c hi exec; grep -l hi exec');
	is_deeply(\@l, [{path => '/exec', line => 2, text => 'echo hi'}, {path => '/exec', matches => 1}, {path => '/exec'}], 'JSON');
	my @lines = split /\n/, told('cat append');
	my @want = grep { $lines[$_] =~ /1/ } 0 .. $#lines;
	is(told('grep 1 append'), join('', map { 'append:' . ($_ + 1) . ":$lines[$_]\n" } @want), 'numbers of lines');
	with {
		my @m = objects("grep -F \"('/hole1t', 1099511513091, 1)\" hole1t");
		cmp_ok(scalar(@m), '>', 1000, 'lines beyond a long hole');
		is((objects('grep -c "$" huge-length'))[0]{matches}, 1, 'a hole of exabytes is one line');
	} 'sparse';
}

sub test_snap
{
	says('users bob; users 4; users -1', "2:bob:bob:\n4:staff:bob:alice,bob\n-1:adm::glenda\n");
	says('users 77', '', 1, "users: there is no user \"77\"\n");
	is(told('users'), bytes(manifest('small')->{console}{'show users'}), 'as the server shows them');
	says('snap', <<'T');
        id  written     pred     succ  labels
         0        0        0        8  empty
*        8        8        0        -  main (mutable)
         9        9        0        -  adm (mutable)
T
	says('cd usr; snap adm; pwd; cd -; snap nosuch; snap snap', "main:/usr\nmain:/\n", 1, <<'T');
snap: adm has no directory /usr
snap: there is no snapshot "nosuch"; "snap" lists them
snap: "snap" is the tree of snapshots, which has no files; "show tree snap" shows it
T
	with {
		says('cd d0; snap snap05; pwd; snap 24; pwd', "snap05:/d0\n24:/d0\n");
		# A file is no directory, and what is damaged is no other than it is.
		my ($root) = map { $_->{addr} } objects('convert snap05:root');
		local $image = image_copy($image, "$dir/snap.img");
		flip_byte($image, $root + 1000);
		my %r = run($sh, '-k', '-c', 'cd main:/d0; snap snap05; pwd; cd main:/; snap snap05; pwd', $image);
		is("$r{status} $r{out}", "4 main:/d0\nsnap05:/\n", 'a damaged snapshot is looked at from its root');
		like($r{err}, qr/\Agefs-sh: snap: .*0x[0-9a-f]+.*\n(gefs-sh: snap: .*0x[0-9a-f]+.*\n)?\z/, 'and the damage is told');
	} 'snaps';
	with {
		my @s = objects('snap snap05; snap');
		my ($here) = grep { $_->{current} } @s;
		is("@$here{qw(id gen pred succ)}", '14 14 10 18', 'JSON: where the shell is');
		is_deeply($here->{labels}, [map { {name => $_, mutable => $JSON::PP::false, auto => $JSON::PP::false} } qw(snap05 snap05-alias)], 'labels');
		my @labels = map { $_->{name} } map { @{$_->{labels}} } @s;
		is_deeply([sort @labels], [sort keys %{manifest('snaps')->{labels}}], 'all labels');
	} 'snaps';
	with {
		like(told('snap'), qr/main\@day\.2026\.11\.21_12:04:51 \(auto\), /, 'what the server made');
		says('cd main@hour.2026.11.21_12:04:51:; pwd', "main\@hour.2026.11.21_12:04:51:/\n");
	} 'autosnap-real';
	with {
		my ($first) = split /\n/, told('snap');
		is($first, '        id  written     pred  labels', 'older versions have no succ');
	} 'A-snaps';
	for my $name ($slow ? qw(small snaps) : grep { $_ ne 'grown-bug' } images9()) {
		local $image = image($name);
		my $df = manifest($name)->{console}{df};
		my %want = map { /^arena (\d+): ([0-9a-f]+)\/([0-9a-f]+) \((.*)%\)/ ? ($1 => [hex $2, hex $3, $4]) : () } split /\n/, $df;
		my %total = $df =~ /^(used|size|free):\s+(\d+)/mg;
		my ($fill) = $df =~ /^fill:\s+(\S+)%/m;
		my ($block, %have) = (16384);
		for (split /\n/, told('df')) {
			my @f = split;
			next if $f[0] eq 'arena';
			$have{$f[0]} = [@f[4, 5], $f[1] * $block, $f[-1], $f[2] * $block, $f[3] * $block];
		}
		my $sum = delete $have{total};
		is_deeply([@$sum[0, 1, 2, 4, 5], $sum->[3]], [@total{qw(used free size used free)}, "$fill%"], "$name: df, total");
		is_deeply({map { $_ => [@{$have{$_}}[0, 2, 3]] } keys %have}, {map { $_ => [@{$want{$_}}[0, 1], "$want{$_}[2]%"] } keys %want}, 'arenas');
	}
	my @df = objects('df');
	is("@{$df[-1]}{qw(type used free size used_blocks free_blocks size_blocks)}", 'total 2473984 265568256 268042240 151 16209 16360', 'JSON');
}

sub test_history
{
	says('history nosuch; history; history nolabel:/x', '', 2, <<'T');
history: nosuch: is in no snapshot
history: too few arguments; usage: history [options] PATH
history: there is no snapshot "nolabel"; "snap" lists them
T
	with {
		says('cd d0; history -n /precious', <<'T');
modified                  length  qid            snapshots
2023-11-14 22:13:20       100000  8.4            snap01, snap02, snap03, snap05, snap05-alias
absent                                           snap07, snap08, snap09, 24, snap14, snap15, snap16, snap17, snap19, snap20, snap21, snap22, twinB
2023-11-14 22:13:20       100000  8.4            fork3-s1, fork3, fork3b
T
		says('history d0/s00-7', <<'T');
modified                  length  qid            sha256                                                            snapshots
2023-11-14 22:13:20        16384  47.2           50bd75acc4fc006892f5a0a0b742f834454b68c79351ceef01e6c71ca3620f80  snap01
2023-11-14 22:13:20            0  47.3           e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  snap02, snap03, snap05, snap05-alias, snap07, snap08, snap09, 24
2023-11-14 22:13:20          100  47.4           3af911c14b68becd4b0818af76d89556be875e3b27836f4ca3ffe4d74c46da4a  snap14, snap15, snap16, snap17
T
	} 'snaps';
	with {
		says('history -n f01', <<'T');
modified                  length  qid            snapshots
2022-07-23 18:13:20         4948  2.1            one
2022-07-23 18:13:20         4948  2.2            two, three, three-again, längre-namn, main
T
	} 'A-snaps';
	for my $name (qw(snaps A-snaps autosnap-real), $slow ? () : qw(BE-snaps manysnaps)) {
		local $image = image($name);
		check_histories($name);
	}
}

# Each label is told once, at a version that is the manifest's, and neighbours are not the same.
sub check_histories
{
	my ($name) = @_;
	my $labels = expected(manifest($name));
	my %paths = map { $_ => 1 } map { keys %$_ } values %$labels;
	my @paths = grep { !/'/ } sort keys %paths;
	@paths = map { $paths[$_ * $#paths / 11] } 0 .. 11;
	my @diff;
	for my $path (@paths) {
		my (%seen, $last);
		my %r = run($sh, '--json', '-c', "history '$path'", $image);
		push @diff, complaint(\%r) // ();
		for my $v (jsonl($r{out})) {
			my $key = join ' ', map { $_ // '-' } @$v{qw(state qpath qvers mtime_ns length mode sha256 uid gid muid)};
			push @diff, "$path: the same twice in a row: $key" if $key eq ($last // '');
			$last = $key;
			for my $label (map { bytes($_) } map { @{$_->{labels}} } @{$v->{snapshots}}) {
				push @diff, "$path: $label twice" if $seen{$label}++;
				my $w = $labels->{$label}{$path};
				my $have = $v->{state} eq 'present' ? join ' ', @$v{qw(qpath length)}, seconds($v->{mtime_ns}), $v->{sha256} // '' : 'absent';
				my $want = $w ? join ' ', @$w{qw(qpath length mtime)}, $w->{sha256} // '' : 'absent';
				push @diff, "$path: $label: have $have, want $want" if $have ne $want;
			}
		}
		push @diff, map { "$path: $_ is not told" } grep { $labels->{$_}{$path} && !$seen{$_} } keys %$labels;
	}
	ok(!@diff, "$name: versions of " . @paths . ' files') or diag(first_few(@diff));
}

sub test_diff
{
	with {
		says('diff snap01 snap02 d0', <<'T');
~ /d0/ (version 17 -> 21)
- /d0/base-53
- /d0/s00-18 (version 3 -> 4, moved to /d0/s00-18r)
+ /d0/s00-18r (version 3 -> 4, moved from /d0/s00-18)
~ /d0/s00-26 (contents, times, version 1 -> 2)
~ /d0/s00-7 (contents, length 16384 -> 0, version 2 -> 3)
+ /d0/s02-16
+ /d0/s02-28
3 added, 2 removed, 3 changed; 2 blocks read
T
		my $all = told('diff -q snap01 snap02 /d0');
		is($all, "~ /d0/\n- /d0/base-53\n- /d0/s00-18\n+ /d0/s00-18r\n~ /d0/s00-26\n~ /d0/s00-7\n+ /d0/s02-16\n+ /d0/s02-28\n", 'names alone');
		says('diff main main; diff snap05 snap05-alias', "0 added, 0 removed, 0 changed; 0 blocks read\n" x 2);
		says('diff nosuch main; diff main main /nosuch; diff snap main; diff main', '', 2, <<'T');
diff: there is no snapshot "nosuch"; "snap" lists them
diff: /nosuch: no such file or directory
diff: "snap" is the tree of snapshots, which has no files
diff: too few arguments; usage: diff [options] SNAP SNAP [PATH]
T
	} 'snaps';
	# By the manifests.
	for my $row (['snaps', 'snap01', 'snap22'], ['snaps', 'fork3b', 'main'], ['A-snaps', 'one', 'main'], ['BE-snaps', 'two', 'three'],
		['autosnap-real', 'main@minute.2026.11.21_12:05:01', 'main']) {
		my ($name, $old, $new) = @$row;
		local $image = image($name);
		my ($x, $y) = @{expected(manifest($name))}{$old, $new};
		my (%want, %have);
		for my $path (keys %{{%$x, %$y}}) {
			my ($a, $b) = ($x->{$path}, $y->{$path});
			$want{$path} = !$a ? 'added' : !$b ? 'removed' : 'changed' if !$a || !$b || ($a->{sha256} // '') ne ($b->{sha256} // '');
		}
		my ($summary, @same);
		for (objects("diff '$old' '$new'")) {
			my $path = defined $_->{path} ? bytes($_->{path}) : undef;
			if ($_->{type} eq 'summary') {
				$summary = $_;
			} elsif ($_->{type} ne 'changed' || grep { /^(?:contents|length|qid)\z/ } @{$_->{what}}) {
				$have{$path} = $_->{type};
			}
		}
		is_deeply(\%have, \%want, "$name: $old and $new: " . keys(%want) . ' differences');
		ok($summary->{added} == grep({ $_ eq 'added' } values %have), 'summary');
	}
}

sub test_get
{
	my $to = "$dir/to";
	says("get exec $to; get exec $to; get -f usr/bob/profile $to", '', 1, "get: $to: is there already; -f overwrites it\n");
	is(slurp($to), "bob was here\n", 'overwritten');
	is((stat $to)[2] & 0777, 0664 & ~umask, 'permission bits');
	is((stat $to)[9], 1700000000, 'time');
	says("get nomode excl $to; get usr $to; get -f usr $to.d; get exec nosuch/x $dir; get exec $dir/no/x", '', 1, <<"T");
get: $to: is no directory, which several files need
get: usr: is a directory; -r copies it
get: usr: is a directory; -r copies it
get: /nosuch/x: no such file or directory
get: $dir/no/x: cannot be written: No such file or directory
T
	is(slurp("$dir/exec"), "#!/bin/rc\necho hi\n", 'into a directory, in spite of another that fails');
	says("get -f exec $dir", '');
	my $copy = image_copy($image, "$dir/copy.img");
	{
		local $image = $copy;
		says("get -f exec $copy", '', 1, "get: $copy: is the image itself\n");
	}
	ok(same_bytes($copy, $image), 'which is not written over');
	says("get exec $dir/full/x; get -f exec /dev/full", '', 1,
		"get: $dir/full/x: cannot be written: No such file or directory\nget: /dev/full: is no regular file\n");
	is_deeply([grep { /\.[A-Za-z0-9]{6}\z/ } leftovers()], [], 'no halves are left');

	my $mask = umask 027;
	told("get usr/shared $dir; get -r usr exec $dir/masked");
	umask $mask;
	my $modes = join ' ', map { sprintf '%o', (stat "$dir/$_")[2] & 0777 } qw(shared masked/usr/shared masked/usr masked/exec);
	is($modes, '640 640 750 750', 'the umask takes permissions');
	umask 0;
	told("get -r usr main:/dir/len1 $dir/r");
	umask $mask;
	my $want = expected(manifest('small'))->{main};
	my %part = map { $_ => $want->{$_} } '/dir/len1', grep { m{\A/usr} } keys %$want;
	my $have = tree("$dir/r");
	ok((delete $have->{'/dir'})->{dir}, 'below a directory,');
	is_deeply([differences($have, \%part, qw(mode length mtime sha256))], [], 'with whole paths');
	my %again = run($sh, '-c', "get -r usr $dir/r", $image);
	is($again{status}, 1, 'what is there');
	like($again{err}, qr{/usr/shared: left out: }, 'is not overwritten');
	told("get -rf usr $dir/r");
	my $s = (objects("get -r usr $dir/json"))[-1];
	is("@$s{qw(type files dirs omitted damaged)}", 'summary 3 3 0 0', 'JSON');
	with {
		told("get hole1t $dir/hole");
		is(-s "$dir/hole", 1099511627826, 'a TiB');
		cmp_ok((stat "$dir/hole")[12] * 512, '<', 1 << 20, 'of holes stays holes');
		my ($w) = expected(manifest('sparse'))->{main}{'/hole1t'};
		is(sha_range("$dir/hole", @$_[0, 1]), $_->[2], "bytes at $_->[0]") for @{$w->{ranges}};
	} 'sparse';
}

# What is copied, and all that is lost of it.
sub test_get_tells
{
	my $to = "$dir/tells";
	mkdir $to;
	says("get -v exec dir/len1 $to; get -rv usr $to", <<"T");
/exec -> $to/exec (18 B)
/dir/len1 -> $to/len1 (1 B)
/usr/bob/lib/x -> $to/usr/bob/lib/x (1 B)
/usr/bob/profile -> $to/usr/bob/profile (13 B)
/usr/shared -> $to/usr/shared (8 B)
T
	my $want = expected(manifest('small'))->{main};
	for my $path (qw(/exec /dir/len1000000 /empty)) {
		my ($o, @more) = objects("get -f $path $to/x");
		is("@$o{qw(snapshot path to length sha256)}", "main $path $to/x @{$want->{$path}}{qw(length sha256)}", $path);
		is_deeply([@$o{qw(lost notes)}, @more], [[], []], 'nothing is lost');
	}
	my @o = objects("get -rf usr $to/json");
	is(pop(@o)->{type}, 'summary', 'the summary comes last');
	is_deeply({map { $_->{path} => $_->{sha256} } @o}, {map { $_ => $want->{$_}{sha256} } qw(/usr/bob/lib/x /usr/bob/profile /usr/shared)}, 'files below a directory');
	ok(-f $_->{to}, 'is where it says') for @o;
	@o = objects_at(1, "get -r usr $to/json");
	is_deeply([map { $_->{copied} ? 1 : 0 } @o[0 .. 2]], [0, 0, 0], 'what is left out');
	with {
		my ($hole) = objects("get hole1t $to/hole1t");
		is($hole->{sha256}, undef, 'nobody waits for the hash of a long hole');
	} 'sparse';

	# More than the messages tell.
	my ($e) = objects('stat -x dir/len1000000');
	my @blocks = map { my $x = $_; map { [$x->{offset} + $_ * 16384, $x->{addr} + $_ * 16384] } 0 .. ($x->{length} - 1) / 16384 } @{$e->{extents}};
	my @lost = map { $blocks[2 * $_] } 0 .. 29;
	local $image = image_copy($image, "$dir/damaged.img");
	flip_byte($image, $_->[1]) for @lost;
	for my $command ("get -f dir/len1000000 $to/x", "get -rf dir/len1000000 $to/r") {
		my ($o) = objects_at(4, $command);
		is($o->{sha256}, undef, "$command: no hash");
		is_deeply([map { [@$_{qw(offset length)}] } @{$o->{lost}}], [map { [$_->[0], 16384] } @lost], 'but all that is lost');
	}
	my %r = run($sh, '-k', '-c', "get -fv dir/len1000000 exec $to; get -rfv dir/len1000000 dir/len1 $to/r", $image);
	is(join(' ', map { /DAMAGED\z/ ? 'bad' : 'good' } split /\n/, $r{out}), 'bad good bad good', 'also for people');
}

# A byte of a file's block, and a node.
sub test_damage
{
	my ($e) = objects('stat -x usr/bob/profile');
	my $addr = $e->{extents}[0]{addr};
	local $image = image_copy($image, "$dir/damaged.img");
	flip_byte($image, $addr + 3);
	my $why = sprintf '/usr/bob/profile: offset 0: data block 0x%x: hash is', $addr;
	for my $command ('cat usr/bob/profile', 'head usr/bob/profile', 'hexdump usr/bob/profile', 'grep -r bob usr', 'history usr/bob/profile',
		"get -f usr/bob/profile $dir/lost", "get -rf usr $dir/lostdir") {
		my %r = run($sh, '-c', $command, $image);
		is($r{status}, 4, $command);
		like($r{err}, qr/\Q$why\E|\/usr\/bob\/profile: .*0x[0-9a-f]+/, 'tells path and address');
	}
	is(slurp("$dir/lost"), "\0" x 13, 'zeros stand for what is lost');
	is(slurp("$dir/lostdir/usr/bob/profile"), "\0" x 13, 'below directories as well');
	is((objects_at(4, 'history usr/bob/profile'))[0]{sha256}, undef, 'no hash of it');
	is((objects_at(4, 'cat usr/bob/profile exec'))[1]{path}, '/exec', 'the next file is shown');

	local $image = image_copy(image('small'), "$dir/node.img");
	my %r = run(tool('gefs-dump'), 'snaps', '--json', $image);
	my ($root) = map { $_->{root}{addr} } grep { ($_->{id} // -1) == 8 } jsonl($r{out});
	flip_byte($image, $root + 1000);
	for my $command ('ls -R', 'cat exec', 'head exec', 'hexdump exec', 'stat exec', 'find -name x', 'du', 'tree', 'grep -r x .', 'history exec',
		'diff empty main', "get exec $dir/none", "get -r . $dir/nothing", 'snap adm') {
		my %s = run($sh, '-c', $command, $image);
		is(complaint(\%s, $command =~ /^snap/ ? 0 : 4), undef, "damaged root: $command");
	}
}

sub objects_at
{
	my ($status, $commands) = @_;
	my %r = run($sh, '--json', '-k', '-c', $commands, $image);
	is($r{status}, $status, $commands);
	return jsonl($r{out});
}

# Of an image that was packed without contents, nothing is made up.
sub test_left_out
{
	my $packed = "$dir/packed.zst";
	my %r = run(tool('gefs-pack'), '-q', '-m', '-o', $packed, $image);
	is(complaint(\%r), undef, 'packed');
	local $image = $packed;
	my $why = 'contents of files were left out when the image was packed';
	says($_, '', 4, "$_: $why\n" =~ s/ .*?:/:/r) for 'cat exec', 'head exec', 'hexdump exec', 'grep x exec';
	says("get exec $dir/packed", '', 1, "get: there is nothing to copy: $why\n");
	ok(!-e "$dir/packed", 'and no file of zeros is left');
	is(told('du -s'), "       1835008        1294472  ./\n", 'what is known without contents is told');
}

# Names that no server makes: none of them reaches the screen or the host as it is.
sub test_names
{
	local $image = image_copy($image, "$dir/names.img");
	my @names = ('../../etc/passwd', "new\nline", "\x1b[31m", "\xff\xfe", '..', '.', '-l');
	edit($image, '-r ' . join '; ', map { 'insert main:root ' . entry_key(6, $_) . ' *main:/usr/bob/profile' } @names);
	my $out = told('ls -R emptydir; find emptydir; tree emptydir; du emptydir; stat -x emptydir; ls -l emptydir');
	unlike($out, qr/[\x00-\x09\x0b-\x1f]/, 'no control characters');
	like($out, qr/\\x1b\[31m/, 'but what stands for them');
	like($out, qr/\\xff\\xfe/, 'and for what is not UTF-8');
	is(scalar(grep { $_->{path_hex} } objects('ls emptydir')), 1, 'JSON has the bytes');
	my %r = run($sh, '-k', '-c', "get -r emptydir $dir/odd; cat emptydir/-l; cat -- emptydir/..", $image);
	is($r{status}, 1, 'a path goes up, whatever names there are');
	like($r{out}, qr/\Abob was here\n\z/, 'others can be named');
	ok(!-e "$dir/etc" && !-e "$dir/../etc/passwd", 'nothing outside the directory');
}

# Nothing above the block layer is known: commands for files say so.
sub test_no_files
{
	local $image = image('B-asis');
	says('pwd; df', told('pwd; df'));
	my @commands = ('ls', 'cat x', 'find', 'du', 'tree', 'grep a b', 'history x', 'diff a b', "get x $dir/y", 'snap x', 'users x');
	for my $command (@commands) {
		my %r = run($sh, '-c', $command, $image);
		ok(complaint(\%r, 1, 4) ? 0 : length $r{err}, $command);
	}
}

sub slurp
{
	my ($file) = @_;
	open my $f, '<:raw', $file or return "$file: $!";
	local $/;
	return <$f>;
}

sub leftovers
{
	opendir my $d, "$dir" or die;
	return sort grep { !/^\.\.?$/ } readdir $d;
}
