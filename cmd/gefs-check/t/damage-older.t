#!/usr/bin/perl
# The matrix of damage.t for the older formats: gefs0001 in both byte orders, and the block layer of the revision of 2023.
#
#   prove cmd/gefs-check/t/damage-older.t :: 16 35      only rows of these invariants

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Spec;
use lib File::Spec->catdir(dirname(File::Spec->rel2abs(__FILE__)), ('..') x 3, 'scripts', 'lib');
use DamageTest qw(damage_rows);

my $ZEROS = '00' x 600;
my $FREE = '0x400000';	# free in all of them
my $NO_FILES = 'no files';
# A log block of nothing but allocations, without an end, in either byte order.
my $FULL_LE = 'x:' . unpack('H*', pack 'Q<*', map { 0x19c7c001 + 0x2000 * $_ } 1 .. 1022);
my $FULL_BE = 'x:' . unpack('H*', pack 'Q>*', map { 0x19c7c001 + 0x2000 * $_ } 1 .. 1022);

# The columns are explained in scripts/lib/DamageTest.pm. Bases of gefs0001: little-endian l "A-small", p "A-snaps",
# g "A-snapgen"; big-endian b "BE-small", q "BE-snaps". Of 2023: B "B-asis", D "B-defer", S "B-asis-16k".
my @ROWS = (
	# root data, of which every arena header has a copy; the last one counts
	[1, 'lb', 'truncate 0x20000000', 4, 'device-short'],
	[1, 'BD', 'truncate 0x3000000', 4, 'device-short', undef, $NO_FILES],
	[6, 'lb', 'set arena[3].blksz 4096', 4, 'super-fields', 'arena[3]'],
	[6, 'lb', 'set arena[0].blksz 4096', 4, 'super-fields', 'arena[0]'],
	[6, 'lb', 'set arena[7].blksz 4096', 4, 'super-fields', 'arena[7]'],
	[6, 'lb', 'set arena[3].bufspc 1', 4, 'super-fields', 'arena[3]'],
	[6, 'lb', 'set super.bufspc 1', 4, 'super-fields', 'arena[7]'],
	[6, 'lb', 'set arena[0].narena 5', 4, 'super-fields', 'arena[0]'],
	[6, 'lb', 'set arena[3].narena 0', 4, 'super-fields', 'arena[3]'],
	[6, 'lb', 'set arena[7].narena 5', 4, 'super-fields', 'arena[7]'],
	[6, 'lb', 'set arena[7].narena 300', 4, 'super-fields', 'arena[7]'],
	[6, 'lb', 'set arena[0].narena 0', 4, 'super-fields', 'arena[0]'],
	[6, 'lb', 'set arena[0].arenasz 0x8000000', 4, 'super-fields', 'arena[0]'],
	[6, 'lb', 'set arena[0].arenasz 0', 4, 'super-fields', 'arena[0]'],
	[6, 'lb', 'set arena[7].arenasz 0x8000000', 4, 'super-fields', 'arena[7]'],
	[6, 'lb', 'set arena[7].arenasz 0x1001', 4, 'super-fields', 'arena[7]'],
	[6, 'BDS', 'set arena[1].narena 3', 4, 'super-fields', 'arena[1]', $NO_FILES],
	[6, 'BDS', 'set arena[3].arenasz 0x1000000', 4, 'super-fields', 'arena[3]', $NO_FILES],
	[5, 'lb', 'set arena[3].nextgen 77', 0, 'root-differ', 'arena[3]'],
	[5, 'lb', 'add arena[0].snap.addr 0x2000', 0, 'root-differ', 'arena[0]'],
	[5, 'D', 'set arena[1].nextqid 77', 0, 'root-differ', 'arena[1]', $NO_FILES],
	[5, 'lb', 'set arena[7].snap.addr 0x100', 4, 'node-address', undef, $NO_FILES],
	[5, 'lb', 'set arena[7].snap.addr 0x100', 0, 'root-differ', 'arena[7]', undef, '--super 0'],
	[5, 'lb', 'set arena[0].snap.addr 0x100', 0, 'root-differ', 'arena[0]', undef, '--super 1'],
	[5, 'lb', 'set arena[0].snap.addr 0x100', 4, 'node-address', undef, $NO_FILES, '--super 0'],
	[8, 'lb', 'set super.nextqid 10', 4, 'super-nextqid', 'arena[7]'],
	[8, 'lb', 'set super.nextgen 1', 4, 'super-nextgen', 'arena[7]'],

	# arena headers
	[10, 'lb', 'set arena[7].byte[0] 0', 4, 'arena-header', 'arena[7]'],
	[10, 'lb', 'set arena[0].byte[3] 0', 4, 'arena-header', 'arena[0]'],
	[10, 'lb', 'set arena[2].version x:6765667330303032', 4, 'arena-header', 'arena[2]'],
	[10, 'lb', join('; ', map { "set arena[$_].byte[0] 0" } 0 .. 6), 4, 'arena-header', 'arena[0]'],
	[10, 'l', 'set arena[0].byte[0] 0', 4, 'arena-header', 'arena[0]', undef, '--format gefs0001-le'],
	[10, 'b', 'set arena[0].byte[0] 0', 4, 'arena-header', 'arena[0]', undef, '--format gefs0001-be'],
	[10, 'D', 'set arena[0].byte[0] 0', 4, 'arena-header', 'arena[0]', $NO_FILES, '--format gefs-2023'],
	[10, 'BDS', 'set arena[2].byte[7] 0', 4, 'arena-header', 'arena[2]', $NO_FILES],
	[10, 'BDS', 'set arena[0].byte[7] 0', 4, 'arena-header', 'arena[0]', $NO_FILES],
	[12, 'lb', 'set arena[3].size 0', 4, 'arena-size', 'arena[3]'],
	[12, 'lb', 'set arena[1].size 0x1000000', 4, 'arena-size', 'arena[1]'],
	[12, 'lb', 'set arena[2].size 100', 4, 'arena-size', 'arena[2]'],
	[12, 'lb', 'set arena[0].size -1', 4, 'arena-size', 'arena[0]'],
	[12, 'BDS', 'set arena[0].size 0x2001', 4, 'arena-size', 'arena[0]', $NO_FILES],
	[13, 'lb', 'set arena[0].loghd 3', 4, 'arena-log-head'],
	[13, 'lb', 'set arena[0].loghd 0', 4, 'arena-log-head'],	# the header itself
	[13, 'lb', 'set arena[0].loghd <log[1]>', 4, 'arena-log-head'],
	[13, 'lb', 'set arena[1].loghd <main:root>', 4, 'log-block', 'main:root'],
	[13, 'BDS', 'set arena[1].loghd 0x2', 4, 'arena-log-head', undef, $NO_FILES],
	[14, 'lb', 'add arena[0].used 0x40000', 0, ''],

	# allocation logs
	[15, 'lb', 'fuzz log[0].word[0] flip 9', 4, 'log-block', 'log[0]'],
	[15, 'lb', 'fuzz log[0].byte[8191] flip 0', 4, 'log-block', 'log[0]'],
	[15, 'lb', 'fuzz log[0].hash flip 5', 4, 'log-block', 'log[0]'],
	[15, 'lb', '-r set log[0].type 4', 4, 'log-block', 'log[0]'],
	[15, 'l', "-r set log[3].word[0] $FULL_LE", 4, 'log-block', 'log[3]'],
	[15, 'b', "-r set log[3].word[0] $FULL_BE", 4, 'log-block', 'log[3]'],
	[15, 'lb', '-r append log[0] chain:0x1800', 4, 'log-block'],
	[15, 'lb', '-r append log[0] chain:<log[1]>', 4, 'log-block'],
	[15, 'lb', "-r append log[0] chain:$FREE", 4, 'log-block'],
	[15, 'BD', 'fuzz log[0,1].word[3] flip 9', 4, 'log-block', 'log[0,1]', $NO_FILES],
	[15, 'S', 'fuzz log[1].byte[16383] flip 7', 4, 'log-block', 'log[1]', $NO_FILES],
	[15, 'BDS', '-r append log[0,1] chain:0x800', 4, 'log-block', undef, $NO_FILES],
	[16, 'lb', '-r append log[0] chain:<log[0]>', 4, 'log-cycle', 'log[0]'],
	[16, 'BDS', '-r append log[1,1] chain:<log[1]>', 4, 'log-cycle', undef, $NO_FILES],
	[17, 'lb', '-r set log[0].end 7', 4, 'log-entry', 'log[0]'],
	[17, 'lb', '-r set log[0].end 0', 4, 'log-entry', 'log[0]'],
	[17, 'lb', '-r append log[0] alloc1:0x400100', 4, 'log-entry', 'log[0]'],
	[17, 'lb', '-r append log[0] alloc:0x400000:0x100', 4, 'log-entry', 'log[0]'],
	[17, 'lb', '-r append log[0] alloc:0x400000:0', 4, 'log-entry', 'log[0]'],
	[17, 'lb', '-r append log[0] alloc1:<main:root>', 4, 'log-entry', 'log[0]'],
	[17, 'lb', '-r append log[0] free:0x400000:0x40000000', 4, 'log-entry', 'log[0]'],
	[17, 'BD', '-r set log[1,1].word[0] 9', 4, 'log-entry', 'log[1,1]', $NO_FILES],
	[18, 'lb', "-r append log[0] free1:$FREE", 4, 'log-replay', 'log[0]'],
	[18, 'lb', '-r append log[0] alloc1:<main:/adm/users@0>', 4, 'log-replay', 'log[0]'],
	[18, 'BD', '-r append log[2] free:0x4002000:0x2000', 4, 'log-replay', undef, $NO_FILES],
	[19, 'l', '-r append log[0] free1:<log[0]>', 0, 'released', 'log[0]'],
	[19, 'b', '-r append log[0] free1:<log[0]>', 4, 'log-free', 'log[0]'],
	[19, 'lb', '-r set main:/adm/users#0.addr <log[0]>', 4, 'data-shared', 'log[0]'],
	[19, 'l', '-r set snap:{snap:2}.root.addr <log[1]>', 4, 'node-shared', 'log[1]'],
	[19, 'b', '-r set snap:{snap:3}.root.addr <log[1]>', 4, 'node-shared', 'log[1]'],

	# nodes
	[25, 'lb', 'fuzz main:root.byte[8191] flip 7', 4, 'node-hash', 'main:root'],
	[25, 'lb', 'fuzz main:leaf[1].byte[9] flip 7', 4, 'node-hash', 'main:leaf[1]'],
	[25, 'lb', 'fuzz snap:root.byte[300] flip 0', 4, 'node-hash', 'snap:root', $NO_FILES],
	[25, 'pq', 'fuzz 2:root.byte[300] flip 0', 4, 'node-hash', '2:root'],
	[25, 'lb', 'fuzz super.snap.hash flip 0', 4, 'node-hash', 'snap:root', $NO_FILES],
	[25, 'lb', '-r fuzz main:root.value[0].hash flip 0', 4, 'node-hash', 'main:leaf[0]'],
	[25, 'lb', '-r set main:root.type 3', 4, 'node-type', 'main:root'],
	[25, 'lb', '-r set snap:{snap:0}.root.addr 0x123', 4, 'node-address'],
	[25, 'lb', '-r set main:root.value[1].addr -1', 4, 'node-address'],
	[25, 'lb', '-r set snap:{snap:0}.root.addr 0x897e000', 4, 'node-address'],	# an arena header
	[25, 'lb', 'set super.snap.addr 0x100', 4, 'node-address', undef, $NO_FILES],
	[26, 'lb', '-r append log[1] free1:<main:root>', 4, 'node-free', 'main:root'],
	[26, 'lb', 'set arena[0].narena 5; set rehash on; append log[1] free1:<main:root>', 4, 'node-free', 'main:root'],
	[26, 'lb', 'set arena[0].nextgen 99; set rehash on; append log[1] free1:<main:root>', 0, 'released', 'main:root'],	# a crash
	[26, 'lb', '-r append log[2] free1:<main:leaf[1]>', 4, 'node-free', 'main:leaf[1]'],
	[26, 'lb', '-r append log[2] free1:<0:root>', 0, 'released', '0:root'],
	[26, 'lb', '-r append log[2] free1:<snap:root>', 4, 'node-free', 'snap:root'],
	[26, 'lb', '-r append log[2] free1:<0:root>; set rehash off; fuzz 0:root.byte[2] flip 0', 0, 'overwritten', '0:root'],
	[27, 'l', '-r set snap:{snap:2}.height 3', 4, 'node-depth'],
	[27, 'b', '-r set snap:{snap:3}.height 1', 4, 'node-depth'],
	[27, 'lb', 'set super.snap.ht 2', 4, 'node-depth', 'snap:root', $NO_FILES],
	[27, 'lb', 'set super.snap.ht 0', 4, 'super-fields', undef, $NO_FILES],
	[28, 'lb', '-r set main:leaf[2].nval 0', 4, 'node-empty', 'main:leaf[2]'],
	[29, 'lb', '-r set main:root.nval 0', 4, 'node-empty', 'main:root'],
	[29, 'lb', '-r delete main:root.value[4]; delete main:root.value[3]; delete main:root.value[2]; delete main:root.value[1]',
		4, 'root-missing'],	# and no more than a note about the pivot
	[30, 'lb', '-r add main:leaf[1].valsz 1', 4, 'node-sizes', 'main:leaf[1]'],
	[30, 'lb', '-r add main:root.bufsz -1', 4, 'node-sizes', 'main:root'],
	[30, 'lb', '-r set main:leaf[1].valsz 8186', 4, 'node-overfull', 'main:leaf[1]'],
	[30, 'lb', '-r set main:root.nbuf 3000', 4, 'node-overfull', 'main:root'],
	[31, 'lb', '-r set main:leaf[1].value[3].off 0', 4, 'node-bounds', 'main:leaf[1]'],
	[31, 'lb', '-r set main:leaf[1].value[3].off 8185', 4, 'node-bounds', 'main:leaf[1]'],
	[31, 'lb', '-r set main:leaf[1].value[3].nv 0x4000', 4, 'node-bounds', 'main:leaf[1]'],
	[31, 'lb', '-r set main:root.msg[1].off 4090', 4, 'node-bounds', 'main:root'],
	[31, 'lb', '-r set main:leaf[1].value[3].off =main:leaf[1].value[4].off', 4, 'node-overlap', 'main:leaf[1]'],
	[32, 'lb', '-r set main:leaf[1].value[3].key[1] 0xff', 4, 'node-order', 'main:leaf[1]'],
	[32, 'l', '-r set main:root.msg[1].key[1] 255', 4, 'node-message-order', 'main:root'],
	[32, 'b', '-r set main:root.msg[1].key[8] 255', 4, 'node-message-order', 'main:root'],
	[33, 'lb', '-r insert main:leaf[0] x: x:00', 4, 'node-key-size', 'main:leaf[0]'],
	[33, 'lb', "-r insert main:leaf[4] x:02ff x:$ZEROS", 4, 'node-value-size', 'main:leaf[4]'],
	[33, 'lb', '-r set main:root.value[0].nv 24', 4, 'node-child-size', 'main:root'],
	[34, 'lb', '-r add main:root.value[1].key[12] 1', 4, 'node-key-range', 'main:leaf[1]'],
	[34, 'l', '-r set main:root.value[1].key[1] 3', 4, 'node-key-range', 'main:leaf[0]'],
	[34, 'b', '-r set main:root.value[1].key[8] 3', 4, 'node-key-range', 'main:leaf[0]'],
	[36, 'lb', '-r add main:root.value[0].fill 1', 4, 'node-fill', 'main:leaf[0]'],
	[37, 'lb', '-r set main:root.value[1].hash =main:root.value[0].hash; set main:root.value[1].addr <main:leaf[0]>',
		4, 'node-shared', 'main:leaf[0]'],
	[37, 'lb', '-r set main:root.value[1].addr <main:root>', 4, 'node-hash', 'main:root'],
	[38, 'lb', '-r set main:root.value[0].gen 99', 4, 'node-birth', 'main:leaf[0]'],
	[38, 'lb', '-r set main:/adm/users#0.gen 99', 4, 'node-birth'],
	[39, 'lb', '-r set main:root.msg[1].op 9', 4, 'message-op', 'main:root'],
	[39, 'lb', '-r set main:root.msg[1].op 6', 4, 'message-op', 'main:root'],
	[39, 'l', '-r set main:root.msg[3].op 5', 4, 'message-op', 'main:root'],
	[39, 'b', '-r set main:root.msg[7].op 5', 4, 'message-op', 'main:root'],	# raises the count of a snapshot
	[39, 'l', '-r set main:root.msg[1].op 3', 4, 'message-op', 'main:root'],	# clear of an entry
	[39, 'b', '-r set main:root.msg[7].op 3', 4, 'message-op', 'main:root'],
	[40, 'l', '-r set main:root.msg[3].val[0] 0x80', 4, 'message-operand', 'main:root'],
	[40, 'b', '-r set main:root.msg[6].val[0] 0x7f', 4, 'message-operand', 'main:root'],
	[41, 'lb', '-r message main:root 2 ent:0:zz x:', 4, 'message-state', 'main:root'],
	[41, 'lb', '-r message main:root 4 ent:0:zz x:00', 4, 'message-state', 'main:root'],
	[41, 'lb', '-r message main:root 3 dat:2:0x2000 x:', 0, 'hazard-clear'],

	# keys and values
	[42, 'lb', '-r insert main:leaf[4] x:0599 x:', 4, 'key-shape', 'main:leaf[4]'],
	[42, 'lb', '-r insert main:leaf[4] snap:5 *snap:{snap:0}', 4, 'key-kind', 'main:leaf[4]'],
	[42, 'lb', '-r insert snap:root up:5 *main:/adm^', 4, 'key-kind', 'snap:root'],
	[42, 'lb', '-r insert main:leaf[4] x:09aa x:', 4, 'key-shape', 'main:leaf[4]'],
	[43, 'lb', '-r set main:/mtime.key[11] 0', 4, 'key-shape'],
	[43, 'lb', '-r set main:/mtime.key[9] 3', 4, 'key-shape'],
	[43, 'lb', '-r insert main:leaf[4] up:250 x:00', 4, 'value-shape', 'main:leaf[4]'],
	[43, 'lb', '-r insert snap:root label:zz x:0400', 4, 'value-shape', 'snap:root'],
	[43, 'lb', '-r insert snap:root snap:255 x:00', 4, 'value-shape', 'snap:root'],
	[43, 'lb', '-r set snap:{label:main}.type 5', 4, 'value-shape', 'snap:root'],
	[44, 'lb', '-r insert main:leaf[0] dat:5:0x100 *main:/adm/users#0', 4, 'data-offset', 'main:leaf[0]'],

	# data
	[45, 'lb', 'fuzz main:/adm/users@0 flip 0', 4, 'data-hash', 'main:/adm/users@0'],
	[45, 'lb', 'fuzz main:/mtime@8191 flip 7', 4, 'data-hash', 'main:/mtime@0'],
	[45, 'lb', '-r fuzz main:/mtime#0.hash flip 0', 4, 'data-hash', 'main:/mtime@0'],
	[45, 'pq', 'fuzz one:/d/e002@0 flip 0', 4, 'data-hash', 'one:/d/e002@0'],
	[45, 'lb', '-r set main:/mtime#0.addr 0x123', 4, 'data-address'],
	[45, 'lb', '-r set main:/mtime#0.addr 0x897e000', 4, 'data-address'],
	[45, 'lb', '-r append log[0] free1:<main:/mtime@0>', 4, 'data-free', 'main:/mtime@0'],
	[45, 'pq', '-r append log[0] free1:<one:/d/e002@0>', 0, 'released', 'one:/d/e002@0'],
	[45, 'pq', '-r append log[0] free1:<one:/d/e002@0>; set rehash off; fuzz one:/d/e002@3 flip 0', 0, 'overwritten', 'one:/d/e002@0'],
	[45, 'lb', '-r append log[0] free1:<main:/mtime@0>; set rehash off; fuzz main:/mtime@3 flip 0', 4, 'data-hash', 'main:/mtime@0'],
	[45, 'g', 'add arena[0].used 0x2000', 0, '', undef, undef, '--snap s1'],	# has blocks that were used again
	[45, 'pq', '-r append log[0] free1:<one:/d/e002@0>', 0, 'released', 'one:/d/e002@0', undef, '--snap one'],
	[46, 'lb', '-r set main:/mtime#0.hash =main:/mtime2#0.hash; set main:/mtime#0.addr <main:/mtime2@0>',
		4, 'data-shared', 'main:/mtime2@0'],
	[46, 'lb', '-r set main:/mtime#0.addr <main:root>', 4, 'data-shared', 'main:root'],
	[46, 'lb', '-r set main:/mtime#0.addr <snap:root>', 4, 'data-shared', 'snap:root'],
	[48, 'lb', '-r set main:/mtime.length 0', 0, 'data-stale'],

	# names
	[49, 'lb', '-r delete main:/', 4, 'root-missing'],
	[50, 'lb', '-r set main:/mtime.key[11] 0x2f', 4, 'name-bad'],
	[50, 'lb', '-r set main:{ent:56:-}.key[11] 0x2e', 0, 'name-odd'],
	[51, 'lb', '-r insert main:leaf[4] ent:250:zz *main:/mtime', 4, 'parent-missing'],
	[52, 'lb', '-r set main:/mtime.qpath =main:/mtime2.qpath', 4, 'qid-twice'],
	[53, 'lb', '-r delete main:/modes^', 4, 'up-missing'],
	[53, 'lb', '-r set main:/modes^.val[11] 0x78', 0, 'up-stale'],
	[53, 'lb', '-r insert main:leaf[4] up:5 *main:/modes^', 0, 'up-superfluous'],
	[55, 'lb', '-r set main:/mtime.qtype 0x20', 0, 'mode-odd'],
	[55, 'lb', '-r set main:/mtime.mode 0x1800', 0, 'mode-odd'],
	[56, 'lb', '-r set main:/modes.length 5', 0, 'length-odd'],
	[56, 'lb', '-r set main:/mtime.length -5', 0, 'length-odd'],
	[57, 'lb', '-r set main:/mtime.uid 4711', 0, 'user-unknown'],

	# snapshots
	[60, 'lb', '-r delete snap:{label:main}', 4, 'label-missing'],
	[61, 'lb', '-r set snap:{label:main}.snap 77', 4, 'label-dangling'],
	[62, 'lb', '-r set snap:{snap:0}.gen 9', 4, 'snap-fields'],
	[62, 'lb', '-r set snap:{snap:0}.height 0', 4, 'snap-fields'],
	[62, 'lb', '-r set snap:{snap:0}.height 65', 4, 'snap-fields'],
	[64, 'p', '-r set snap:{snap:3}.ref 1', 4, 'snap-nlbl-low'],
	[64, 'p', '-r set snap:{snap:1}.ref 0', 4, 'snap-nlbl-low'],
	[64, 'p', '-r set snap:{snap:3}.ref 5', 0, ''],
	[64, 'q', '-r set snap:{snap:3}.ref 0', 0, ''],	# means nothing there
	[66, 'pq', '-r set snap:{snap:2}.prev 2', 4, 'snap-pred'],
	[66, 'pq', '-r set snap:{snap:2}.prev 77', 4, 'snap-pred'],
	[66, 'pq', '-r set snap:{snap:2}.prev -1', 0, ''],

	# deadlists: a hint at most
	[72, 'pq', 'fuzz snap:dead[2,0].word[1] flip 20', 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[72, 'pq', '-r set snap:dead[2,0].type 3', 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[72, 'pq', '-r set snap:{snap:2}.head 0x123', 0, 'deadlist-loose'],
	[72, 'pq', '-r set snap:{snap:2}.head <main:root>', 0, 'deadlist-loose', 'main:root'],
	[72, 'pq', '-r append snap:dead[2,0] chain:<snap:dead[2,0]>:0', 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[72, 'pq', '-r append snap:dead[2,0] graft:<snap:dead[2,0]>:0', 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[72, 'pq', '-r set snap:dead[2,0].word[0] 9', 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[72, 'p', '-r append log[4] free1:<snap:dead[2,0]>', 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[75, 'pq', '-r append snap:dead[2,0] kill:0x897e000:0', 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[75, 'pq', "-r append snap:dead[2,0] kill:$FREE:0", 0, 'deadlist-loose', 'snap:dead[2,0]'],
	[72, 'pq', '-r set main:/d/e001#0.addr <snap:dead[2,0]>', 4, 'data-hash', 'snap:dead[2,0]'],

	# allocation
	[81, 'lb', "-r append log[0] alloc1:$FREE", 0, 'leak'],

	# users: without a file there is a table
	[82, 'lb', '-r delete main:/adm/users', 0, 'user-unknown'],
	[82, 'lb', '-r set main:/adm/users.length 0x100001', 4, 'users-file'],
	[82, 'lb', '-r set main:/adm/users@0 0x7a', 4, 'users-file'],
);

damage_rows(\@ROWS, l => 'A-small', p => 'A-snaps', g => 'A-snapgen', b => 'BE-small', q => 'BE-snaps', B => 'B-asis',
    D => 'B-defer', S => 'B-asis-16k');
