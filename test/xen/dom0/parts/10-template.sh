# A template and its VMs.
folder=/var/lib/images/template
images $folder
before=$(hash_of $folder/root.img)
stack=$folder/root.img:$folder/root-cow.img
vm g1 pv "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img"
vm g2 pv "block-snapshot:xvda:rw:$stack:$folder/vm2-cow.img"
vm g3 pv "block-snapshot:xvda:rw:$stack:$folder/vm3-cow.img"
vm template pv "block-origin:xvda:rw:$stack"

check 'make install has put the scripts where libxl looks for them' \
  test -x /etc/xen/scripts/block-snapshot -a -x /etc/xen/scripts/block-origin
check 'xl creates two PV guests on one template, at once' start g1 g2
check "the guest reads the template's bytes" equal "$(ask g1 hash xvda)" "$before"
backend=/local/domain/0/backend/vbd/$(xl domid g1)/51712
node=$(xenstore-read $backend/node)
check 'libxl and blkback find what they need in xenstore' \
  equal "$(xenstore-read $backend/hotplug-status $backend/state $backend/physical-device $backend/diskseq | tr '\n' ' ')" \
  "connected 4 $(stat -L -c %t:%T "$node") $(printf %x "$(cat "/sys/block/$(basename "$(readlink -f "$node")")/diskseq")") "
ask g1 write xvda 8 what the guest wrote >/dev/null
check 'the guest writes, and reads what it wrote' equal "$(ask g1 read xvda 8)" 'what the guest wrote'
check "the template's image keeps its bytes" equal "$(hash_of $folder/root.img)" "$before"

check 'the guests share the first layer' equal "$(devices)" 3
check 'the guests share the loop device of the template' equal "$(losetup -j $folder/root.img | wc -l)" 1
check 'what one guest wrote the other does not see' equal "$(ask g2 hash xvda)" "$before"

cow=$(stat -c %i $folder/root-cow.img)
check 'the template starts while its guests run' start template
ask template write xvda 0 the new first block >/dev/null
ask template write xvda 4000 another new block >/dev/null
check 'the template reads what it wrote' equal "$(ask template read xvda 0)" 'the new first block'
check 'a running guest still reads the old bytes' equal "$(ask g2 hash xvda)" "$before"
check 'a running guest still reads what it wrote itself' equal "$(ask g1 read xvda 8)" 'what the guest wrote'
check 'the template stops' stop template
check 'the first layer stays for the guests when the template stops' equal "$(devices)" 3
check 'its run is committed: the cow is kept as the undo, and a new one in its place' \
  equal "$(stat -c %i $folder/root-cow.img.old) $(test $folder/root-cow.img -ef $folder/root-cow.img.old; echo $?)" "$cow 1"
check 'a third guest starts on the changed template' start g3
check 'a guest that started afterwards reads the new bytes' equal "$(ask g3 read xvda 0)" 'the new first block'
check 'all of them' equal "$(ask g3 hash xvda)" "$(hash_of $folder/root.img)"
check 'the guests that ran before still read the old bytes' equal "$(ask g2 hash xvda)" "$before"
check 'the guests stop' stop g2 g3 g1
