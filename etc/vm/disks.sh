# shellcheck shell=sh
# The VM's disks: waited for, found, and the volatile one divided: part of wrap-root.

# wait_for COMMAND... : until it succeeds; fails when it has not after $patience seconds, or one more: the second that has begun
# does not count.
wait_for() {
  read -r now _ </proc/uptime
  ends=$((${now%.*} + patience))
  until "$@"; do
    read -r now _ </proc/uptime
    [ "${now%.*}" -le "$ends" ] || return 1
    sleep 0.05
  done
}

is_disk() { [ -b "/dev/$1" ] && [ -e "/sys/class/block/$1/size" ]; }

# What brings them, where udev has not been at work yet (dracut).
load_drivers() { modprobe -q -a xen-blkfront virtio_pci virtio_mmio virtio_blk virtio_scsi sd_mod nvme ahci || :; }

# The root filesystem's partition, or the disk, into $root: the partition named "Root filesystem", else the third, else all.
find_root() {
  is_disk "$root_disk" || load_drivers
  wait_for is_disk "$root_disk" ||
    stop "no root disk $root_disk after $patience s: give this VM the disk, name another with dmroot.root=, or wait longer with dmroot.patience="
  root=$root_disk
  [ ! -e "/sys/class/block/$root_disk/partition" ] || return 0
  # The kernel knows a disk's partitions only some time after the disk, and tells udev of the disk after that.
  if ! seen_by_udev; then
    { echo add >"/sys/class/block/$root_disk/uevent"; } 2>/dev/null || :
    wait_for seen_by_udev ||
      stop "udev knows nothing of the root disk $root_disk after $patience s: look whether systemd-udevd runs, and into the kernel's log (dmesg)"
  fi
  for folder in "/sys/class/block/$root_disk/$root_disk"*; do
    read_line "$folder/partition"
    [ "$line" != 3 ] || root=${folder##*/}
  done
  for folder in "/sys/class/block/$root_disk/$root_disk"*; do
    [ -e "$folder/partition" ] || continue
    while IFS= read -r line; do
      [ "$line" != 'PARTNAME=Root filesystem' ] || root=${folder##*/}
    done <"$folder/uevent"
  done
}
seen_by_udev() {
  read_line "/sys/class/block/$root_disk/dev"
  [ -e "/run/udev/data/b$line" ]
}

# A root that can be written needs no layer. udev has to know the name as well: systemd waits for what udev tells.
link_root() {
  mkdir -p /run/udev/rules.d /dev/mapper
  echo "SUBSYSTEM==\"block\", KERNEL==\"$root\", SYMLINK+=\"mapper/dmroot\"" >/run/udev/rules.d/90-dmroot.rules
  udevadm control --reload || :
  ln -sf "../$root" /dev/mapper/dmroot
  echo change >"/sys/class/block/$root/uevent"
}

# mebibytes_of DISK : its size, into $mebibytes, rounded down.
mebibytes_of() {
  read_line "/sys/class/block/$1/size"
  mebibytes=$((line / 2048))
}

# split_volatile NUMBER LEAST : swap is its first partition, the one of that number the rest, of as many MiB at least; 0 for
# swap alone. Both stay open, as files 8 and 9: the kernel lets go no partition that is open, and udev has them all read
# again when the disk was written. Only to be read: a file that could be written is one that udev looks at when it is closed.
split_volatile() {
  wait_for is_disk "$volatile_disk" ||
    stop "no volatile disk $volatile_disk after $patience s: give this VM one, name another with dmroot.volatile=, or take dmroot.store=zram, which needs none"
  read_line "/sys/class/block/$volatile_disk/ro"
  [ "$line" = 0 ] || stop "the volatile disk $volatile_disk is read-only: give this VM one that it may write to"
  read_line "/sys/class/block/$volatile_disk/queue/logical_block_size"
  per_mebibyte=$((1048576 / line))
  mebibytes_of "$volatile_disk"
  if [ "$mebibytes" -lt $((1 + swap + $2)) ]; then
    size_text "$mebibytes" && is=$text
    size_text "$swap" && swap_is=$text
    stop "the volatile disk $volatile_disk has $is, too little with $swap_is of swap: give it $((1 + swap + $2)) MiB at the very least, or say less with dmroot.swap="
  fi
  rest=$((mebibytes - 1 - swap)) number=$1
  [ "$number" != 0 ] || rest=0
  # A table of this kind cannot say more.
  [ $((rest * per_mebibyte)) -le 4294967295 ] || rest=$((4294967295 / per_mebibyte))
  used=no
  for folder in "/sys/class/block/$volatile_disk/$volatile_disk"*; do
    [ ! -e "$folder/partition" ] || used=yes
  done
  partition_table
  { command exec 7<>"/dev/$volatile_disk" && printf "$bytes" >&7; } ||
    stop "the volatile disk $volatile_disk cannot be written: look into the kernel's log (dmesg)"
  wait_for hold_partitions ||
    stop "the volatile disk $volatile_disk was divided, but its partitions are not there after $patience s: look into the kernel's log (dmesg)"
  exec 7>&-
}

hold_partitions() {
  if ! is_divided; then
    blockdev --rereadpt "/dev/$volatile_disk" 2>/dev/null || return 1
    is_divided || return 1
  fi
  [ "$swap" = 0 ] || command exec 8<"$swap_device" || return 1
  [ "$rest" = 0 ] || command exec 9<"$rest_device" || { exec 8>&- && return 1; }
}

# Whether the kernel has the partitions, as they are to be; their nodes, into $swap_device and $rest_device.
is_divided() {
  swap_device= rest_device=
  for folder in "/sys/class/block/$volatile_disk/$volatile_disk"*; do
    read_line "$folder/partition"
    case $line in
    1) lies_at 1 "$swap" && swap_device=/dev/${folder##*/} ;;
    "$number") lies_at $((1 + swap)) "$rest" && rest_device=/dev/${folder##*/} ;;
    esac
  done
  [ "$swap" = 0 ] || [ -b "$swap_device" ] || return 1
  [ "$rest" = 0 ] || [ -b "$rest_device" ]
}
lies_at() {
  read_line "$folder/start"
  [ "$line" = $(($1 * 2048)) ] || return 1
  read_line "$folder/size"
  [ "$line" = $(($2 * 2048)) ]
}

# Swap, encrypted where that is asked for: the name that others know leads there then.
make_swap() {
  [ "$swap" != 0 ] || return 0
  if [ "$crypt" = yes ]; then
    [ -e /sys/module/dm_crypt ] || modprobe -q dm_crypt || lacks dm_crypt
    device=$swap_device
    piece dmroot-swap 0 "$swap"
    make_pieces
    exec 8>&-
    ln -sf mapper/dmroot-swap "$swap_device"
  fi
  swap_header
  { command exec 8<>"$swap_device" && printf "$bytes" >&8; } || stop "the swap $swap_device cannot be written: look into the kernel's log (dmesg)"
  exec 8>&-
}
