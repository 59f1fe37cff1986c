# VMs that were started with a bash script, which keeps the same records, are stopped by ours. They do not run: what
# counts is what libxl and blkback do.
folder=/var/lib/images/upgrade
images $folder
stack=$folder/root.img:$folder/root-cow.img
before=$(hash_of $folder/root.img)
vm old still "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img"
vm new still "block-snapshot:xvda:rw:$stack:$folder/vm2-cow.img"
mv /etc/xen/scripts/block-snapshot /etc/xen/scripts/the-real-one
cp /lab/bash-script /etc/xen/scripts/block-snapshot
check 'a guest starts with the bash script' start_paused old
check 'our scripts are put in its place' mv -f /etc/xen/scripts/the-real-one /etc/xen/scripts/block-snapshot
check 'a guest starts with ours on the same template' start_paused new
check 'both share the first layer' equal "$(devices)" 3
check "the new guest has the template's bytes" equal "$(hash_of "$(node_of new)")" "$before"
check 'the old guest is stopped by ours' stop old
check 'the new guest still has them' equal "$(hash_of "$(node_of new)")" "$before"
check 'the new guest stops' stop new
check 'no device and no record is left' equal "$(devices) $(ls /run/xen-hotplug)" '0 '

# The other way round: back to the bash script.
check 'a guest starts with ours, before a step back' start_paused old
mv /etc/xen/scripts/block-snapshot /etc/xen/scripts/the-real-one
cp /lab/bash-script /etc/xen/scripts/block-snapshot
check 'it is stopped by the bash script' stop old
check 'nothing of it is left, but what that script leaves' equal "$(devices) $(ls /run/xen-hotplug)" '0 '
mv -f /etc/xen/scripts/the-real-one /etc/xen/scripts/block-snapshot
# That script attaches loop devices that do not clear themselves; ours tears down by force nothing that it did not make.
losetup -D
