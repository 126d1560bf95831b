# small -w
# Changing single fields, and taking everything back.
set pager off
set
set super.qgen 7
set expert on
set expert
set pager off
set color on
set rehash maybe
set super.qgen 27
diff-changes
diff-changes --quiet
abort
diff-changes
commit

# A longer file, with hashes made right by hand
addr main:/usr/bob/profile
print length
set length 5
add length 1
add length -1
cat /usr/bob/profile
rehash
cat /usr/bob/profile; echo
diff-changes -q
commit
commit
undo
cat /usr/bob/profile

# The same, with hashes that follow
set rehash on
fuzz main:/usr/bob/profile.mode flip 1
fuzz main:/usr/bob/profile.mode ones
fuzz main:/usr/bob/profile.mode zeroes
fuzz main:/usr/bob/profile.mode random 7
set main:/usr/bob/profile.mode 0600
ls -l usr/bob
fuzz main:/usr/bob/profile.mode flip 99
fuzz main:/usr/bob/profile.mode often
set main:/usr/bob/profile.length
set main:/usr/bob/profile.nothing 1
set main:/usr/bob/profile 1
abort

# Records
delete main:/usr/shared
ls /usr
insert main:root ent:42:shared *main:/append
ls -l /usr
diff-changes -q
check -q
commit
abort

# Blocks
clone main:root 0x14000
hash 0x14000
append log[0] alloc1:0x14000
free 0
zap 0x14000
diff-changes
commit
check -q
undo
set super.qgen 0; set rehash off; set super.qgen 27
commit
commit --force --undo kept
check -q
undo kept
check -q

# Damage: what breaks
set rehash off
zap 0x7fd4000
verify 0x7fd4000
verify usr/bob
abort
set main:root.nval 100
ls
abort
ls usr
copyheader 0
copyheader 0 1
copyheader 9
copysuper
copysuper 1
diff-changes
set super1.qgen 99
verify 0xfffc000
copysuper 0
diff-changes
set super.qgen 27
rehash
commit -f -no-undo
undo
