# A-snaps
# gefs0001 of 2022, little-endian: no superblocks, every arena header has the root data, and keys do not sort as numbers do.
super
arenas
snap
df
ls
stat -x f01
history f01
users
addr super; print
child 0; type
addr arena[0]; print
log 3
deadlists
conf
free 3
show snap
scan -s snap label:
lookup -s snap label:main
lookup ent:0:f01; lookup -s two ent:0:f01
verify f01
verify main
check
