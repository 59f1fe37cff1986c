# A VM whose root is a snapshot that it may not write to, with a layer of its own that its initramfs makes.
folder=/var/lib/images/layer
mkdir -p $folder
zcat /lab/vm/root.img.gz | dd of=$folder/root.img bs=64k conv=sparse 2>/dev/null
truncate -s 100M $folder/root.img $folder/root-cow.img $folder/vm1-cow.img
sum=$(hash_of $folder/root.img)

# layer_vm NAME : its disks, as the contract has them, and what its init is to do on the eighth.
layer_vm() {
  vm "$1" pvh "block-snapshot:xvda:r:$folder/root.img:$folder/root-cow.img:$folder/vm1-cow.img"
  sed -i -e "s#^ramdisk = .*#ramdisk = \"/lab/vm/initramfs\"#; s#^memory = .*#memory = 320#" \
    -e "s#console=hvc0 quiet#& root=/dev/mapper/dmroot ro dmroot.swap=16M dmroot.modules=no panic=0 tsc_early_khz=$(clock)#" \
    -e "s#^disk = \[#&'vdev=xvdc,format=raw,access=rw,target=$folder/volatile.img','vdev=xvdh,format=raw,access=r,target=$folder/script',#" \
    "/run/$1.cfg"
}
# script LINE... : on the disk, which is whole sectors
script() {
  printf '%s\n' "$@" >$folder/script
  truncate -s 4096 $folder/script
}
# layer_boots NAME : to the end of the script; what crashes in QEMU's emulation is tried again, as in 35-pvh.sh.
layer_boots() {
  local attempt faults
  for attempt in 1 2 3 4; do
    faults=$(triple_faults)
    rm -f "$consoles/guest-$1.log" $folder/volatile.img
    truncate -s "$volatile" $folder/volatile.img
    created "$1" && waits_for "$1" 'done' && stopped "$1" && return 0
    [ "$(triple_faults)" -gt "$faults" ] || return 1
    stopped "$1" && nothing_left || return 1
  done
  return 1
}
said() { sed -n "s/\r//; s/^$2 //p" "$consoles/guest-$1.log"; }
taken() { echo $(($(stat -c %b $folder/volatile.img) / 2048)); }

volatile=200M
layer_vm layer
script 'mount -o remount,rw /' 'echo root $(awk '\''$2 == "/" && $1 != "rootfs" { print $1 }'\'' /proc/mounts)' \
  'echo swap $(swapon /dev/xvdc1 && awk '\''NR == 2 { print $1 }'\'' /proc/swaps)' \
  'echo mine >/written' 'dd if=/dev/zero bs=1M count=50 2>/dev/null | tr "\000" x >/large; sync' 'rm /large; sync' \
  'echo trimmed $(fstrim / && echo yes)'
check 'a VM on a root that it may not write to starts with its own layer' layer_boots layer
check 'its root is the layer' equal "$(said layer root)" /dev/mapper/dmroot
check 'it has its swap' equal "$(said layer swap)" /dev/xvdc1
check 'it gives back what it deletes' equal "$(said layer trimmed)" yes
check "of 50 MiB that were deleted the volatile image has no more than 5 ($(taken) MiB)" test "$(taken)" -le 5
check "the template's bytes are the same" equal "$(hash_of $folder/root.img)" "$sum"

volatile=60M
script 'mount -o remount,rw /' 'echo written $(cat /written 2>/dev/null || echo no)' \
  'dd if=/dev/zero of=/full bs=64k 2>/dev/null; sync' 'echo read $(cat /template)' 'echo warned $(dmesg | grep -c "wrap-root: the store takes")'
check 'it starts again, and goes on when its disk is full' layer_boots layer
check 'what it wrote the time before is gone' equal "$(said layer written)" no
check 'with a full disk it still reads' equal "$(said layer read)" 'as the template has it'
check 'that its disk is too small it said at its start' equal "$(said layer warned)" 1
check "the template's bytes are still the same" equal "$(hash_of $folder/root.img)" "$sum"
rm -r $folder
