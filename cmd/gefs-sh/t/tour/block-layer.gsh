# B-asis
# A revision of 2023 of which only the block layer is known: logs, headers, free space.
super
arenas
log 9
free 0
df
pwd
ls
cat /x
snap
users
conf
deadlists
stats
addr super; print
addr arena[0]; type; print
block arena[0]
convert blk:5
owner arena[0]
verify all
check
# A quote that is not closed ends a script, whatever follows.
echo 'open
quit now
