# small
# The same for scripts: a line of JSON for each thing.
set json on
set
set pager off; set pager
pwd
ls -l usr
cd usr; pwd
cat bob/profile
head -n 1 /append
hexdump -n 4 bob/profile
stat -x bob/profile
find -name profile
du -s .
tree bob
grep -r here .
grep -c here bob/profile
history -n bob/profile
diff adm main /users
users bob
df
snap
super
log 1
free 1
deadlists
conf
addr main:/usr/bob/profile; addr; type
print length mode mtime
child 0
show files adm
map
stats
users
arenas
addr super; child 0; parent; back; push main:root; pop
lookup up:42
scan -s snap label:
block 0x4000
owner 0x7fd4000
path 44
hash 0x7fd4000
verify 0x7fd4000
verify bob
check -q
convert 0x7fd4000
show users
get bob/profile copy
echo one $'two\xff'
help pwd
cat none
set json off
pwd
