# small
# Files of a small image: what a shell does with files. The contents are those that the file server's manifest tells.
pwd
ls
ls -l /usr
ls --recursive usr
ls -lR usr/bob usr/shared
cd usr/bob; pwd
cat profile; cd ..
ls -l 'bob' "../space in name" $'/quote\'name'
cd ./bob/lib/../..; pwd
cd; pwd
cd -
cd empty:
ls
cd -
head -n 3 /append
head -c 20 /append; echo
head --lines=1 /append /usr/bob/profile
head --bytes 3 /dir/len511 | wc
hexdump /usr/bob/profile
hexdump -o 0x3ff0 -n 32 /dir/len16385
hexdump --offset 4 --length 8 /usr/bob/profile
stat /usr/bob/profile /dir
stat -x /dir/len81997
stat --extents /empty
tree /dir
tree -d /
tree --levels 1 /usr
tree --dirs -L 2
du /usr
du -s /usr /dir
du --summary /usr/bob/profile

# find, one condition after the other
cd /
find usr
find -name 'len5*'
find -iname 'LEN51?'
find -path '/dir/*[15]6383'
find usr -type d
find -type f -size +32768 -size -40001
find / -size 1
find -newer ghostfile
find -after 2023-11-14 -before '2023-11-14 22:13' -type f
find -before 2000-01-01 -type f --long
find -mtime +1 -name profile
find -user bob -l
find -group staff
find -group adm -user sys
find -qid 47
find -name nothing

# grep
grep 'line 1[0-2]' append
grep -c line append exec
grep -i BOB usr/bob/profile
grep -F 'was.here' usr/bob/profile
grep --fixed --count 'was here' usr/bob/profile
grep -rl 'o' usr
grep -r --ignore-case 'HERE$' usr
grep --recursive --names here /

users
users bob
users 10000
df

# Out of the image, into the folder of this script
get usr/bob/profile /append .
get usr/bob/profile copy
get usr/bob/profile copy
get --force usr/bob/profile copy
get --recursive usr out
get -rf usr out
get usr out

# What goes wrong
cd /append
ls nothing
cat usr
cat none usr/bob/profile
head -n 1 -c 1 append
hexdump -n x append
stat
stat none
find -type x
find -size big
find -mtime soon
find -after yesterday
find -newer none
find -user nobody-there
grep '[' append
grep x
grep x usr
users nobody
tree append
tree -L x
snap none
get usr/bob/profile
get none .
ls --nothing
ls -x
pwd here
nonsense
echo 'one two'  three; echo
quit
echo not reached
