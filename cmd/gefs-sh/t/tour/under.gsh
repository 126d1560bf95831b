# small
# Below the files: superblock, arenas, logs, the tree of snapshots, nodes, records, data.
super
arenas
log 0
log 9
free 1
log x
deadlists
conf
stats
map
map --svg picture.svg
map -o /nowhere/picture.svg

# The cursor
type
addr super
addr
type
print qgen snap.addr
child
child 0; type
print nval value[2].key
print value[2]
print nothing
child value[2]; type; parent
child value[4]; type; parent
child 99
back
addr super0; child arena[3].addr; print; child; type; print nval
back
parent
addr main:root
parent
addr main:/usr/bob/profile
print
addr main:{dat:44:0}; print; child addr; type; parent; type
push; addr 0x4000; type; pop; addr
push blk:3; addr; push arena:1+0x8000; addr; pop; pop; addr
pop
addr arena[2].1; print logsize
addr log[0,1]; print
addr 12345
addr 0x10000000
addr nowhere:root

# Keys and how their values came about
lookup ent:0:usr
lookup up:42
lookup dat:44:0
lookup ent:0:none
lookup -s adm ent:1:users
scan ent:43
scan -s snap label:
scan up:4
scan nonsense
path 44
path -s adm 2
path 4711

# Blocks
block 0x4000
block --hex 0x4000
block -x log[0,1]
block -x log[0]
block snap:root
block --raw snap:nothing
hash 0x7fd4000
hash main:root
owner 0x7fd4000
owner blk:2036
owner 0x14000
convert 0x7fd4000 blk:100 arena:1+0x8000 16K main:root
convert x

# In the words of the console
show tree adm
show tree --depth 1 snap
show tree -p label: snap
show free 1
show log 0
show blk 0x4000
show df
show users
show snap
show super
show arenas
show dlist
show conf
show files adm
show nonsense

# Is it all as it should be?
verify
verify 0x7fd4000
verify /usr
verify usr/bob/profile
verify main
verify all
verify 0x14000
check
check --no-data -q -s adm
check -v
