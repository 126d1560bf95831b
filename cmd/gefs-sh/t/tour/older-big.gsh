# BE-snaps
# gefs0001 of 2022 as big-endian machines wrote it.
super
snap
ls -l
stat f01; history f04; diff one main d
addr super; print nextgen; print qgen
addr main:root; type
scan -s snap label:
lookup up:0
verify main
check -n
set expert on
set super.qgen 1
