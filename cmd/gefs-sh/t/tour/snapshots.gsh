# snaps -s snap03
# Snapshots: what is in them, what became of files, what differs.
pwd
snap
snap main; pwd
snap 14; pwd
snap snap05-alias; pwd
cd snap20:/d1; pwd
snap snap01; pwd
cd /
ls -l snap22:/precious main:/precious fresh:/

history /precious
history --no-hash /precious
history -n d1/base-57
history d0/s03-26
history d0/nothing

diff snap19 snap20
diff --names snap20 snap19 /d3
diff -q empty snap01 /d4
diff snap05 snap05-alias
diff 18 main d0/s00-7
diff main none
diff main main none

# Below: the trees of snapshots share blocks, and deadlists know which of them died with which
conf
scan -s snap label:snap0
scan --snap snap snap:8
lookup --snap snap label:twinB
lookup -s snap label:none
scan -s snap dlist:8
addr snap:{snap:8}; print
addr snap:dead[8,4]; print; type
addr snap01:root; type
child 0; type; parent
owner snap:root
path --snap snap01 3; path -s 14 4711
verify snap20:/d0 snap03:/precious main:/precious
verify none
check --snap snap03
check -n -q
