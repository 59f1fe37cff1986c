# A template of clones and its VMs, on XFS.
folder=/var/lib/images/clones
mkdir -p $folder
truncate -s 320M $folder.xfs
modprobe xfs
mkfs.xfs -q $folder.xfs
mount -o loop $folder.xfs $folder
# A filesystem for its guests, whose first sector is nobody's.
truncate -s 32M $folder/root.img
mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=0 $folder/root.img
head -c $((4 * 1024 * 1024)) /dev/urandom | dd of=$folder/root.img bs=1M seek=24 conv=notrunc 2>/dev/null
sync -f $folder/root.img
before=$(hash_of $folder/root.img)
for name in c1 c2 c3; do vm $name pv "block-reflink:xvda:rw:$folder/root.img:$folder/$name.img"; done
vm template pv "block-reflink-origin:xvda:rw:$folder/root.img"
loops() {
  local all=(/sys/block/loop*/loop/backing_file)
  # One is the filesystem's.
  echo $((${#all[@]} - 1))
}

check 'two guests start on clones of one template, at once' start c1 c2
check "the guest reads the template's bytes" equal "$(ask c1 hash xvda)" "$before"
check 'its disk is a loop device, and no device of device-mapper is there' equal "$(loops) $(devices)" '2 0'
backend=/local/domain/0/backend/vbd/$(xl domid c1)/51712
node=$(xenstore-read $backend/node)
check 'libxl and blkback find what they need in xenstore' \
  equal "$(xenstore-read $backend/hotplug-status $backend/state $backend/physical-device $backend/diskseq | tr '\n' ' ')" \
  "connected 4 $(stat -L -c %t:%T "$node") $(printf %x "$(cat "/sys/block/${node#/dev/}/diskseq")") "
ask c1 write xvda 0 what the guest wrote >/dev/null
check 'the guest writes, and reads what it wrote' equal "$(ask c1 read xvda 0)" 'what the guest wrote'
check 'what one guest wrote the other does not see' equal "$(ask c2 hash xvda)" "$before"
check "the template's image keeps its bytes" equal "$(hash_of $folder/root.img)" "$before"

check 'the template starts while its guests run' start template
ask template write xvda 0 the new first block >/dev/null
check 'the template reads what it wrote' equal "$(ask template read xvda 0)" 'the new first block'
check 'a running guest still reads the old bytes' equal "$(ask c2 hash xvda)" "$before"
check 'the template stops' stop template
committed() { compgen -G "$folder/root.img.1@*" && [ "$(head -n 1 $folder/root.img | tr -d '\0')" = 'the new first block' ]; }
check 'its run is committed: what it was is a revision' committed
check 'and that has every byte' equal "$(hash_of $folder/root.img.1@*)" "$before"
check 'a third guest starts on the changed template' start c3
check 'and reads the new bytes' equal "$(ask c3 hash xvda)" "$(hash_of $folder/root.img)"
check 'the guests that ran before still read the old ones' equal "$(ask c2 hash xvda)" "$before"
check 'and what they wrote themselves' equal "$(ask c1 read xvda 0)" 'what the guest wrote'

room() {
  sync -f $folder/root.img
  echo $(($(stat -f -c '%f * %S' $folder) >> 20))
}
empty=$(room)
check 'a guest writes a file of 8 MiB to its filesystem' equal "$(ask c2 fill xvda)" '8+0 records in'
full=$(room)
check "it takes space outside ($empty MiB free, then $full)" test $((empty - full)) -ge 7
check 'it is removed inside, and the filesystem is trimmed' equal "$(ask c2 trim xvda)" trimmed
freed=$(room)
check "its space is free again outside ($freed MiB)" test $((freed - full)) -ge 7
check "the template's image keeps its bytes" equal "$(ask c3 hash xvda)" "$(hash_of $folder/root.img)"

check 'the template goes back while its guests run' block-snapshot revert --yes $folder/root.img
check 'to every byte' equal "$(hash_of $folder/root.img)" "$before"
check 'the guest on the version that was the newest has it still' equal "$(ask c3 read xvda 0)" 'the new first block'
check 'the guests stop' stop c1 c2 c3
gone() { equal "$(cd $folder && echo *-dirty.img c?.img)" ''; }
check 'what they wrote goes with them' gone
check 'the filesystem is let go: nobody has any of it open' umount $folder
rm -f $folder.xfs
