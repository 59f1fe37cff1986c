# A VM whose root is a snapshot that it may not write to, with the layer of its own that its initramfs makes.
folder=/var/lib/images/layer
mkdir -p $folder
zcat /lab/vm/root.img.gz | dd of=$folder/root.img bs=64k conv=sparse 2>/dev/null
truncate -s 100M $folder/root.img $folder/root-cow.img $folder/vm1-cow.img
sum=$(hash_of $folder/root.img)

# layer_boots MEBIBYTES SCRIPT : with a volatile disk of that size, to the end of the script; what crashes in QEMU's emulation
# is tried again, as in 35-pvh.sh; and no driver computes with the registers of AVX, which that emulation takes away under it. What
# the volatile disk has from before stays on it.
layer_boots() {
  # A whole system starts.
  local attempt faults words patience=600
  words="root=/dev/mapper/dmroot ro dmroot.swap=16M dmroot.modules=no panic=0 modprobe.blacklist=sha256_ssse3,aesni_intel tsc_early_khz=$(clock) lab_script=$(base64 -w 0 <<<"$2")"
  vm layer pvh "block-snapshot:xvda:r:$folder/root.img:$folder/root-cow.img:$folder/vm1-cow.img"
  # Its third disk is attached as by default: by Xen's own script for files.
  sed -i -e "s#^ramdisk = .*#ramdisk = \"/lab/vm/initramfs\"#; s#^memory = .*#memory = 320#; s#console=hvc0 quiet#& $words#" \
    -e "s#^disk = \[#&'vdev=xvdc,format=raw,access=rw,target=$folder/volatile.img',#" /run/layer.cfg
  for attempt in 1 2 3 4; do
    faults=$(triple_faults)
    rm -f "$consoles/guest-layer.log"
    truncate -s "$1M" $folder/volatile.img
    created layer && waits_for layer $'\n''done' && stopped layer && return 0
    [ "$(triple_faults)" -gt "$faults" ] || { stop layer; return 1; }
    stopped layer && nothing_left || return 1
  done
  return 1
}
said() { sed -n "s/\r//; s/^$1 //p" "$consoles/guest-layer.log"; }
taken() { echo $(($(stat -c %b $folder/volatile.img) / 2048)); }

check 'a VM on a root that it may not write to starts with its own layer' layer_boots 200 '
mount -o remount,rw /
echo root $(awk '\''$2 == "/" && $1 != "rootfs" { print $1 }'\'' /proc/mounts)
echo swap $(swapon /dev/xvdc1 && awk '\''NR == 2 { print $1 }'\'' /proc/swaps)
echo mine >/written
dd if=/dev/zero of=/large bs=1M count=50 2>/dev/null; sync
echo wrote $(awk '\''{ print int($7 / 2048) }'\'' /sys/block/xvdc/stat)
rm /large; sync
echo trimmed $(fstrim / && echo yes)'
check 'its root is the layer' equal "$(said root)" /dev/mapper/dmroot
check 'it has its swap' equal "$(said swap)" /dev/xvdc1
check "what it writes goes to its volatile disk ($(said wrote) MiB)" test "$(said wrote)" -ge 50
check 'it gives back what it deletes' equal "$(said trimmed)" yes
check "of 50 MiB that it deleted no more than 5 are left in dom0 ($(taken) MiB)" test "$(taken)" -le 5
check "the template's bytes are the same" equal "$(hash_of $folder/root.img)" "$sum"

check 'it starts again, and goes on when its disk is full' layer_boots 60 '
mount -o remount,rw /
echo written $(cat /written 2>/dev/null || echo no)
dd if=/dev/zero of=/full bs=64k 2>/dev/null; sync
echo read $(cat /template)
echo warned $(dmesg | grep -c "wrap-root: the store takes")'
check 'what it wrote the time before is gone' equal "$(said written)" no
check 'with a full disk it still reads' equal "$(said read)" 'as the template has it'
check 'that its disk is too small it said at its start' equal "$(said warned)" 1
check "the template's bytes are still the same" equal "$(hash_of $folder/root.img)" "$sum"
rm -r $folder
