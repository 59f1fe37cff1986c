# VMs that were started with a bash script, which keeps the same records, are stopped by ours.
folder=/var/lib/images/upgrade
images $folder
stack=$folder/root.img:$folder/root-cow.img
before=$(hash_of $folder/root.img)
vm old pv "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img"
vm new pv "block-snapshot:xvda:rw:$stack:$folder/vm2-cow.img"
mv /etc/xen/scripts/block-snapshot /etc/xen/scripts/the-real-one
cp /lab/bash-script /etc/xen/scripts/block-snapshot
check 'a guest starts with the bash script' start old
check 'our scripts are put in its place' mv -f /etc/xen/scripts/the-real-one /etc/xen/scripts/block-snapshot
check 'a guest starts with ours on the same template' start new
check 'both share the first layer' equal "$(devices)" 3
check "the new guest reads the template's bytes" equal "$(ask new hash xvda)" "$before"
check 'the old guest is stopped by ours' stop old
check 'the new guest still reads them' equal "$(ask new hash xvda)" "$before"
check 'the new guest stops' stop new
check 'no device and no record is left' equal "$(devices) $(ls /run/xen-hotplug)" '0 '
# That script attaches loop devices that do not clear themselves; ours tears down by force nothing that it did not make.
losetup -D
