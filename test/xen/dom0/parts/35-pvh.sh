# A VM of the other kind: the processor's own virtualisation, and no device model. Alone: beside others that start, QEMU's
# emulation has let it crash.
folder=/var/lib/images/pvh
images $folder
stack=$folder/root.img:$folder/root-cow.img
before=$(hash_of $folder/root.img)
vm pvh pvh "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img"
check 'a PVH guest starts' start pvh
check "it reads the template's bytes" equal "$(ask pvh hash xvda)" "$before"
check 'it stops' stop pvh
