#!/usr/bin/perl
# Every invariant of the format broken by an edit of its own, which gefs-check has to find under its name, and at its
# block, while it reports the rest of the image all the same.
#
#   prove cmd/gefs-check/t/damage.t :: 16 35      only rows of these invariants

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use DamageTest qw(damage_rows);

my $LONG = 'l' x 70;
my $ZEROS = '00' x 600;
my $FREE = '0x1000000';	# free in "small"

# The columns are explained in scripts/lib/DamageTest.pm; bases: s "small", a "autosnap-real", d "snaps-main-deleted",
# b "bigdir".
#
# Not here: 23 (free ranges are computed from the logs; no image holds them), 80 (is what 19, 26, 45, 72 and 75 look at).
my @ROWS = (
	# superblocks
	[1, 's', 'truncate 0x8000000', 4, 'device-short'],
	[2, 's', 'fuzz super0.nextqid flip 0', 0, 'super-copy-bad', 'super0'],
	[2, 's', 'set super0.byte[3] 0', 0, 'super-copy-bad', 'super0'],
	[3, 's', 'fuzz super1.snap.hash flip 5', 0, 'super-copy-bad', 'super1'],
	[4, 's', 'set super0.byte[0] 0x12', 4, 'super-type', 'super0'],
	[4, 's', 'set super1.byte[1] 0', 4, 'super-type', 'super1'],
	[5, 's', '-r add super1.nextqid 1', 0, 'super-differ'],
	[6, 's', '-r set super.blksz 8192', 4, 'super-fields'],
	[6, 's', '-r set super.bufspc 1', 4, 'super-fields'],
	[6, 's', '-r set super.flag 1', 0, 'super-flag'],
	[7, 's', '-r set super.snapdl.hd 0x4000', 0, 'super-snapdl'],
	[8, 's', '-r set super.nextqid 10', 4, 'super-nextqid'],
	[8, 's', '-r set super.nextgen 5', 4, 'super-nextgen'],

	# arenas
	[9, 's', '-r add arena[1].size 0x4000', 4, 'arena-order'],
	[9, 's', '-r add arena[1].size -0x4000', 4, 'arena-order'],
	[10, 's', 'fuzz arena[2].byte[100] flip 0', 4, 'arena-header', 'arena[2]'],
	[10, 's', 'set super.arena[3].hash -1', 4, 'super-arena-hash-grown'],
	[11, 's', 'fuzz arena[2].0.byte[16383] flip 0', 0, 'arena-copy-bad', 'arena[2]'],
	[11, 's', 'fuzz arena[2].1.used flip 0', 0, 'arena-copy-bad', 'arena[2].1'],
	[12, 's', '-r set arena[7].size 100', 4, 'arena-size', 'arena[7]'],
	[12, 's', '-r set arena[7].size 0', 4, 'arena-size', 'arena[7]'],
	[13, 's', '-r set arena[0].loghd 0', 4, 'arena-log-head'],
	[13, 's', '-r set arena[0].loghd <main:/dir/len511@0>', 4, 'arena-log-head'],	# in another arena
	[13, 's', '-r set arena[0].loghd <main:root>', 4, 'log-block', 'main:root'],
	[14, 's', '-r add arena[0].used 0x4000', 0, 'arena-used'],

	# allocation logs
	[15, 's', 'fuzz log[0].word[0] flip 9', 4, 'log-block', 'log[0]'],
	[15, 's', '-r set log[0].logsz 16349', 4, 'log-block', 'log[0]'],
	[15, 's', '-r add log[0].logsz -4', 4, 'log-block', 'log[0]'],
	[15, 's', '-r set log[0].type 4', 4, 'log-block', 'log[0]'],
	[15, 's', '-r set log[0].end 0x103; set log[0].next 0x1001', 4, 'log-block'],
	[16, 's', '-r set log[0].end 0x103; set log[0].next <log[0]>', 4, 'log-cycle', 'log[0]'],
	[17, 's', '-r set log[0].end 7', 4, 'log-entry', 'log[0]'],
	[17, 's', '-r set log[0].end 0', 4, 'log-entry', 'log[0]'],
	[17, 's', '-r append log[0] alloc1:0x1000100', 4, 'log-entry', 'log[0]'],
	[17, 's', '-r append log[0] alloc:0x1000000:0x100', 4, 'log-entry', 'log[0]'],
	[17, 's', '-r append log[0] alloc1:0x3000000', 4, 'log-entry', 'log[0]'],
	[18, 's', "-r append log[0] free1:$FREE", 4, 'log-replay', 'log[0]'],
	[18, 's', '-r append log[0] alloc1:<main:root>', 4, 'log-replay', 'log[0]'],
	[19, 's', '-r append log[0] free1:<log[0]>', 4, 'log-free', 'log[0]'],
	[19, 's', '-r set main:/dir/len1#0.addr <log[0]>', 4, 'data-shared', 'log[0]'],
	[20, 's', '-r append log[0] sync:5,sync:3', 0, 'log-sync-order'],
	[21, 's', '-r set log[0].end 0x103', 0, 'log-no-barrier'],
	[22, 's', "set log[0].next $FREE", 0, ''],
	[22, 's', 'fuzz log[0].end flip 0', 4, 'log-block', 'log[0]'],
	[24, 's', '-r append log[0] free1:0x1ffc000', 0, 'arena-tail-free'],

	# nodes
	[25, 's', 'fuzz main:root.byte[16383] flip 7', 4, 'node-hash', 'main:root'],
	[25, 'a', 'fuzz main:leaf[1].byte[9] flip 7', 4, 'node-hash', 'main:leaf[1]'],
	[25, 'a', 'fuzz snap:root.byte[300] flip 0', 4, 'node-hash', 'snap:root', 'no files'],
	[25, 'a', '-r fuzz main:root.value[0].hash flip 0', 4, 'node-hash', 'main:leaf[0]'],
	[25, 's', '-r set main:root.type 3', 4, 'node-type', 'main:root'],
	[25, 's', '-r set snap:{snap:8}.root.addr 0x123', 4, 'node-address'],
	[25, 'a', '-r set main:root.value[1].addr -1', 4, 'node-address'],
	[25, 's', '-r set snap:{snap:8}.root.addr 0x4000', 4, 'node-address'],
	[26, 's', '-r append log[0] free1:<main:root>', 4, 'node-free', 'main:root'],
	[27, 's', '-r set snap:{snap:8}.height 2', 4, 'node-depth'],
	[27, 'a', '-r set snap:{snap:35}.height 1', 4, 'node-depth'],
	[27, 's', '-r set super.snap.ht 2', 4, 'node-depth', undef, 'no files'],
	[28, 's', '-r set main:root.nval 0', 4, 'node-empty', 'main:root'],
	[29, 'a', '-r set main:root.nval 0', 4, 'node-empty', 'main:root'],
	[29, 'a', '-r delete main:root.value[1]', 4, 'node-only-child', 'main:root'],
	[30, 's', '-r add main:root.valsz 1', 4, 'node-sizes', 'main:root'],
	[30, 'a', '-r add main:root.bufsz -1', 4, 'node-sizes', 'main:root'],
	[30, 's', '-r set main:root.valsz 16378', 4, 'node-overfull', 'main:root'],
	[30, 'a', '-r set main:root.nbuf 5000', 4, 'node-overfull', 'main:root'],
	[31, 's', '-r set main:root.value[3].off 0', 4, 'node-bounds', 'main:root'],
	[31, 's', '-r set main:root.value[3].off 16377', 4, 'node-bounds', 'main:root'],
	[31, 's', '-r set main:root.value[3].nv 0x4000', 4, 'node-bounds', 'main:root'],
	[31, 's', '-r set main:root.value[3].off =main:root.value[4].off', 4, 'node-overlap', 'main:root'],
	[32, 's', '-r set main:root.value[3].key[8] 99', 4, 'node-order', 'main:root'],
	[32, 's', '-r set main:root.value[9].key[15] 0', 4, 'node-order', 'main:root'],
	[32, 'a', '-r set main:root.msg[3].key[8] 255', 4, 'node-message-order', 'main:root'],
	[33, 's', "-r insert main:root x: x:00", 4, 'node-key-size', 'main:root'],
	[33, 's', "-r insert main:root conf:x x:$ZEROS", 4, 'node-value-size', 'main:root'],
	[33, 'a', '-r set main:root.value[0].nv 24', 4, 'node-child-size', 'main:root'],
	[34, 'a', '-r add main:root.value[1].key[13] 1', 4, 'node-key-range', 'main:leaf[1]'],
	[34, 'a', '-r set main:root.value[1].key[0] 0', 4, 'node-key-range', 'main:leaf[0]'],
	[35, 'b', '-r delete main:pivot[1].msg[0]; message main:pivot[1] 1 conf:x x:00', 4, 'node-message-range', 'main:pivot[1]'],
	[36, 'a', '-r add main:root.value[0].fill 1', 4, 'node-fill'],
	[36, 'a', '-r add main:root.value[1].fill 1', 4, 'node-fill'],
	[37, 'a', '-r set main:root.value[1].hash =main:root.value[0].hash; set main:root.value[1].addr <main:leaf[0]>',
		4, 'node-shared', 'main:leaf[0]'],
	[37, 'a', '-r set main:root.value[1].addr <main:root>', 4, 'node-hash', 'main:root'],
	[38, 'a', '-r set main:root.value[0].gen 99', 4, 'node-birth'],
	[38, 'a', '-r set main:root.value[0].gen 36', 4, 'node-birth'],
	[39, 'a', '-r set main:root.msg[3].op 9', 4, 'message-op', 'main:root'],
	[39, 'a', '-r set main:root.msg[0].op 0', 4, 'message-op', 'main:root'],
	[39, 'a', '-r set main:root.msg[3].op 5', 4, 'message-op', 'main:root'],
	[40, 'a', '-r set main:root.msg[15].val[0] 0x80', 4, 'message-operand', 'main:root'],
	[40, 'a', '-r set main:root.msg[15].val[0] 0x7f', 4, 'message-operand', 'main:root'],
	[40, 'a', '-r set main:root.msg[3].op 3', 4, 'message-operand', 'main:root'],
	[41, 'a', '-r message main:root 2 ent:0:zz x:', 4, 'message-state', 'main:root'],
	[41, 'a', '-r message main:root 5 ent:0:zz x:00', 4, 'message-state', 'main:root'],

	# keys and values
	[42, 's', '-r insert main:root snap:5 *snap:{snap:8}', 4, 'key-kind', 'main:root'],
	[42, 's', '-r insert snap:root up:5 *main:/dir^', 4, 'key-kind', 'snap:root'],
	[42, 's', '-r insert main:root x:09aa x:', 4, 'key-shape', 'main:root'],
	[43, 's', '-r set main:/dir/len1.key[12] 0', 4, 'key-shape', 'main:root'],
	[43, 's', '-r set main:/dir/len1.key[10] 3', 4, 'key-shape', 'main:root'],
	[43, 's', '-r insert main:root up:77 x:00', 4, 'value-shape', 'main:root'],
	[43, 's', '-r insert main:root ent:3:zz x:00', 4, 'value-shape', 'main:root'],
	[44, 's', '-r insert main:root dat:11:100 *main:/dir/len1#0', 4, 'data-offset', 'main:root'],
	[44, 'a', '-r message main:root 3 dat:11:100 x:', 0, 'clear-offset', 'main:root'],
	[45, 's', 'fuzz main:/dir/len1@0 flip 0', 4, 'data-hash', 'main:/dir/len1@0'],
	[45, 's', 'fuzz main:/dir/len1@16383 flip 7', 4, 'data-hash', 'main:/dir/len1@0'],
	[45, 's', '-r fuzz main:/dir/len1#0.hash flip 0', 4, 'data-hash', 'main:/dir/len1@0'],
	[45, 's', '-r set main:/dir/len1#0.addr 0x123', 4, 'data-address'],
	[45, 's', '-r set main:/dir/len1#0.addr 0x4000', 4, 'data-address'],
	[45, 's', "-r append log[5] free1:<main:/dir/len1\@0>", 4, 'data-free', 'main:/dir/len1@0'],
	[46, 's', '-r set main:/dir/len1#0.hash =main:/dir/len511#0.hash; set main:/dir/len1#0.addr <main:/dir/len511@0>',
		4, 'data-shared', 'main:/dir/len511@0'],
	[46, 's', '-r set main:/dir/len1#0.addr <main:root>', 4, 'data-shared', 'main:root'],
	[47, 'a', '-r set main:/f0#0.gen 3', 4, 'data-birth', 'main:/f0@0'],
	[48, 's', '-r set main:/dir/len1.length 0', 0, 'data-stale'],
	[48, 's', '-r insert main:root dat:11:0x4000 *main:/dir/len1#0', 4, 'data-stale'],

	# names
	[49, 's', '-r delete main:/', 4, 'root-missing'],
	[49, 's', '-r set main:/.mode 0x1fd', 4, 'parent-missing'],
	[50, 's', '-r set main:/dir/len1.key[12] 0x2f', 4, 'name-bad'],
	[50, 's', '-r set main:/dir/len1.key[12] 1', 0, 'name-odd'],
	[51, 's', '-r insert main:root ent:999:zz *main:/dir/len1', 4, 'parent-missing'],
	[51, 's', '-r insert main:root ent:11:zz *main:/dir/len511', 4, 'parent-missing'],
	[52, 's', '-r set main:/dir/len1.qpath 12', 4, 'qid-twice'],
	[53, 's', '-r delete main:/dir^', 4, 'up-missing'],
	[53, 's', '-r set main:/dir^.val[8] 42', 4, 'up-wrong'],
	[53, 's', '-r insert main:root up:11 *main:/dir^', 0, 'up-superfluous'],
	[54, 's', '-r insert main:root ent:45:bob *main:/usr/bob; delete main:/usr/bob; set main:{up:43}.val[8] 45', 4,
		'dir-unreachable'],
	[55, 's', '-r set main:/dir/len1.qtype 0x20', 0, 'mode-odd'],
	[55, 's', '-r set main:/dir/len1.mode 0x1800', 0, 'mode-odd'],
	[56, 's', '-r set main:/dir.length 5', 0, 'length-odd'],
	[56, 's', '-r set main:/dir/len1.length -5', 0, 'length-odd'],
	[57, 'a', '-r set main:/f0.uid 4711', 0, 'user-unknown'],
	[57, 'a', '-r set main:/f0.muid 4711', 0, 'user-unknown'],
	[58, 's', '-r set main:/dir/len1.flag 0x1234567890', 0, ''],
	[59, 's', '-r set main:/dir/len1.qvers -1; set main:/dir/len1.mtime -1', 0, ''],

	# snapshots
	[60, 's', '-r delete snap:{label:adm}', 4, 'label-missing'],
	[60, 's', '-r delete snap:{label:empty}', 4, 'label-missing'],
	[61, 's', '-r set snap:{label:main}.snap 77', 4, 'label-dangling'],
	[61, 's', '-r set snap:{label:main}.flags 3', 0, 'label-flags'],
	[62, 's', '-r set snap:{snap:8}.gen 9', 4, 'snap-fields'],
	[62, 's', '-r set snap:{snap:8}.flag 1', 4, 'snap-fields'],
	[62, 's', '-r set snap:{snap:8}.height 0', 4, 'snap-fields'],
	[63, 's', '-r set snap:{label:adm}.snap 8', 4, 'label-mutable-twice'],
	[64, 's', '-r set snap:{snap:8}.nlbl 0', 4, 'snap-nlbl-low'],
	[64, 's', '-r set snap:{snap:8}.nlbl 2', 0, 'snap-nlbl-high'],
	[65, 's', '-r set snap:{snap:0}.nref 1', 4, 'snap-nref-low'],
	[65, 's', '-r set snap:{snap:0}.nref 3', 0, 'snap-nref-high'],
	[66, 's', '-r set snap:{snap:8}.pred 7', 4, 'snap-pred'],
	[66, 's', '-r set snap:{snap:8}.pred 9', 4, 'snap-pred'],
	[67, 's', '-r set snap:{snap:0}.succ 77', 4, 'snap-succ'],
	[67, 's', '-r set snap:{snap:0}.succ -1', 0, 'snap-succ-lost'],
	[68, 'a', '-r set snap:{snap:35}.base 1', 0, 'snap-base'],
	[69, 'a', '-r delete snap:{label:main@minute.2026.11.21_12:05:01}; set snap:{snap:7}.nlbl 0', 0, 'snap-orphan'],
	[70, 's', "-r insert snap:root label:$LONG x:04000000000000000000000001; add snap:{snap:0}.nlbl 1", 0,
		'label-length'],
	[71, 'a', '-r set snap:{label:main@minute.2026.11.21_12:05:01}.flags 1', 0, 'snap-mutable-child'],

	# deadlists
	[72, 'a', 'fuzz snap:dead[7,4].word[0] flip 20', 4, 'deadlist-block', 'snap:dead[7,4]'],
	[72, 'a', '-r set snap:dead[7,4].logsz 16349', 4, 'deadlist-block', 'snap:dead[7,4]'],
	[72, 'a', '-r set snap:dead[7,4].type 3', 4, 'deadlist-block', 'snap:dead[7,4]'],
	[72, 'a', '-r set snap:{dead:7:4}.head 0x123', 4, 'deadlist-block'],
	[72, 'a', '-r set snap:dead[7,4].next <snap:dead[7,4]>', 4, 'deadlist-cycle', 'snap:dead[7,4]'],
	[72, 'a', '-r set snap:{dead:7:4}.tail 0xfd0000', 4, 'deadlist-tail'],
	[72, 'a', '-r set main:/f0#0.addr <snap:dead[7,4]>', 4, 'data-shared', 'snap:dead[7,4]'],
	[72, 'a', '-r append log[0] free1:<snap:dead[7,4]>', 4, 'deadlist-free', 'snap:dead[7,4]'],
	[72, 'a', '-r set snap:{dead:7:4}.head 0xfd0000; set snap:{dead:7:4}.tail 0xfd0000', 4, 'deadlist-shared'],
	[73, 'a', '-r set snap:{dead:35:33}.key[8] 34', 0, 'deadlist-orphan'],
	[74, 'd', '-r insert snap:root dead:15:3 x:' . 'ff' x 48, 0, 'deadlist-range'],
	[75, 'a', '-r set snap:dead[7,4].word[0] 0x123', 4, 'dead-address', 'snap:dead[7,4]'],
	[75, 'a', '-r set snap:dead[7,4].word[0] 0x4000', 4, 'dead-address', 'snap:dead[7,4]'],
	[75, 'a', '-r set snap:dead[7,4].word[0] 0x800000', 4, 'dead-free'],
	[76, 'a', '-r append snap:dead[20,7] 0xfe4000', 4, 'dead-twice'],
	[77, 'a', '-r append snap:dead[7,4] <main:/f0@0>', 4, 'dead-used'],
	[77, 'a', '-r append snap:dead[7,4] 0xff8000', 0, 'dead-unreferenced'],
	[78, 'a', '-r set snap:{dead:20:7}.key[16] 6', 4, 'dead-birth'],
	[79, 'a', '-r add snap:dead[20,7].logsz -8', 0, 'dead-missing'],

	# allocation
	[81, 's', "-r append log[0] alloc1:$FREE", 0, 'leak'],

	# users
	[82, 's', '-r delete adm:/users', 4, 'users-file'],
	[82, 's', '-r set adm:/users.length 0x100001', 4, 'users-file'],
	[82, 's', '-r set adm:/users@0 0x7a', 4, 'users-file'],
	[83, 's', '-r set adm:/users@20 0x66', 0, 'users-odd'],	# none becomes nonf
	[84, 's', '-r set adm:/users@8 0x78', 4, 'users-file'],	# a member called xlenda
);

damage_rows(\@ROWS, s => 'small', a => 'autosnap-real', d => 'snaps-main-deleted', b => 'bigdir');
