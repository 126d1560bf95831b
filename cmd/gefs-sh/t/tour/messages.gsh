# deep -w
# A tree with a pivot: messages wait in it for their way down, and a key means what is left when they are applied.
stats
ls
addr main:root; type; print nval nbuf
print value[0]; print msg[0]
child 0; type; parent; addr
child value[1]; type; parent

# What each says, in the order in which it is applied
scan dat:115
lookup dat:115:0
lookup up:0
owner *nothing

# The same file without that message, and with others
path 115
set expert on; set rehash on
delete main:root.msg[0]
lookup dat:115:0
check -q -s main
abort
message main:root 3 dat:115:0 x:
lookup dat:115:0
print main:root.nbuf
diff-changes --quiet
abort
lookup dat:115:0
message main:root 99 dat:115:0 x:
message main:root 3 nonsense x:
commit
abort
