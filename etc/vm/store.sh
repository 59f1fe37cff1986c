# shellcheck shell=sh
# What takes the root's writes, and dmroot over it: part of wrap-root. Sizes are MiB.

# A store that is smaller is of no use to any VM.
LEAST=32

make_dmroot() {
  read_line "/sys/class/block/$root/size"
  root_sectors=$line
  load_modules
  if [ "$store" = zram ]; then memory_store; else disk_store; fi
  if [ "$kind" = thin ]; then thin_layer; else snapshot_layer; fi
  # The name is udev's to make, and systemd's to hear of from udev.
  wait_for test -b /dev/mapper/dmroot || dmsetup mknodes dmroot
}

# What it takes of the kernel; which target it is to be, thin or snapshot, into $kind.
load_modules() {
  kind=thin module=dm_thin_pool besides=
  [ "$store" != snapshot ] || { kind=snapshot && module=dm_snapshot; }
  [ "$store" != zram ] || besides=zram
  [ "$crypt" != yes ] || besides="$besides dm_crypt"
  # shellcheck disable=SC2086
  modprobe -q -a $module $besides && return
  # One is missing: which?
  for name in $besides; do modprobe -q "$name" || lacks "$name"; done
  modprobe -q $module && return
  case $store in thin | snapshot) lacks $module ;; esac
  kind=snapshot
  modprobe -q dm_snapshot || lacks dm_snapshot
}
lacks() {
  read_line /proc/sys/kernel/osrelease
  stop "the kernel $line has no $1 in this initramfs, which is needed for dmroot.store=${store:-thin} dmroot.crypt=$crypt: install it there, or say another store or dmroot.crypt=no"
}

# The rest of the volatile disk, as $device, and its size, in $size.
disk_store() {
  split_volatile 2 $LEAST
  make_swap
  device=$rest_device size=$rest
  # What the boot before has left there goes, and so does the room it takes in dom0.
  [ "$used" = no ] || blkdiscard -f "$device" 2>/dev/null || :
}

# Memory, compressed, half of it at most; a device of our own, so that the first one stays for whoever wants it.
memory_store() {
  if [ "$swap_asked" = yes ] && [ "$swap" != 0 ]; then
    split_volatile 0 0
    make_swap
  fi
  size=$(((root_sectors + 2047) / 2048))
  needed_for "$size"
  size=$needed
  read_line /sys/class/zram-control/hot_add
  device=/dev/zram$line folder=/sys/block/zram$line
  IFS=' ' read -r _ memory _ </proc/meminfo
  { echo $((memory / 2))K >"$folder/mem_limit" && echo "${size}M" >"$folder/disksize" && test -b "$device"; } ||
    stop "the kernel gives no compressed memory ($device): look into the kernel's log (dmesg)"
  # It is nobody else's.
  crypt=no
}

# needed_for ROOT : what a store has to have so that all of that much can be written, into $needed. The metadata of a thin
# pool takes 64 bytes for each of its blocks of 64 KiB, besides what it begins with. As src/devices/plan/volatile-size.ts.
needed_for() { needed=$(($1 + 4 + ($1 + 4 + 1022) / 1023)); }

# metadata_for SIZE : how much of a store of that size the pool needs for itself, into $metadata
metadata_for() { metadata=$((4 + ($1 + 1023) / 1024)); }

# A thin volume over the root: where nothing was written, or what was written was discarded, it is the root. What is discarded
# is discarded in the store, and so in dom0. Full, it refuses writes and still reads.
thin_layer() {
  metadata_for "$size"
  data=$((size - metadata))
  warn_if_small "$data"
  # As it is, what it begins with is the data: each device more is looked at by udev, and takes its time at each start.
  data_device=$device
  if [ "$crypt" = yes ]; then
    piece dmroot-data 0 "$data"
    data_device=/dev/mapper/dmroot-data
  fi
  piece dmroot-meta "$data" "$metadata"
  make_pieces
  exec 9>&-
  begin_empty /dev/mapper/dmroot-meta || stop "the store on $device cannot be written: look into the kernel's log (dmesg)"
  pieces="dmroot-pool,,,rw,0 $((data * 2048)) thin-pool /dev/mapper/dmroot-meta $data_device 128 0 2 skip_block_zeroing error_if_no_space" made="dmroot-pool $made"
  make_pieces
  device_mapper message dmroot-pool 0 'create_thin 0'
  device_mapper create dmroot --noudevsync --table "0 $root_sectors thin /dev/mapper/dmroot-pool 0 /dev/$root"
}

# A snapshot that keeps its index in memory. It takes no discards, because the root takes none, and is lost when it is full.
snapshot_layer() {
  warn_if_small "$size"
  if [ "$crypt" = yes ]; then
    piece dmroot-store 0 "$size"
    make_pieces
    device=/dev/mapper/dmroot-store
  fi
  device_mapper create dmroot --noudevsync --table "0 $root_sectors snapshot /dev/$root $device N 16"
  exec 9>&-
}

warn_if_small() {
  root_size=$(((root_sectors + 2047) / 2048))
  [ "$1" -lt "$root_size" ] || return 0
  size_text "$1" && takes=$text
  size_text "$root_size" && of=$text
  needed_for "$root_size"
  warn "the store takes $takes of writes, and the root has $of: when it is full this VM cannot write any more; a volatile disk of $((1 + swap + needed)) MiB (in dom0: block-snapshot volatile) takes all"
}

# piece NAME START LENGTH : a device, of that part of $device, encrypted where that is asked for; made by make_pieces.
pieces=
piece() {
  if [ "$crypt" = yes ]; then
    new_key
    table="0 $(($3 * 2048)) crypt aes-xts-plain64 $key 0 $device $(($2 * 2048)) 1 allow_discards"
  else
    table="0 $(($3 * 2048)) linear $device $(($2 * 2048))"
  fi
  pieces="$pieces${pieces:+;}$1,,,rw,$table" made="$1 $made"
}
# Nobody but us looks at these: udev is not asked. Keys are never a program's argument.
make_pieces() {
  said=$(DM_DISABLE_UDEV=1 dmsetup create --concise 2>&1 <<END
$pieces
END
) || refused "$said"
  pieces=
}
device_mapper() { said=$(dmsetup "$@" 2>&1) || refused "$said"; }
refused() { stop "device-mapper does not make dmroot of $root and $device: $(echo $1); look into the kernel's log (dmesg)"; }

# A key that is written down nowhere, for AES-256 twice, into $key: of the kernel's random numbers, once it has enough.
new_key() {
  wait_for has_entropy || stop "the kernel has too few random bits for a key after $patience s: give this VM a source of them, or say dmroot.crypt=no"
  key=
  for _ in 1 2 3 4; do
    IFS=- read -r one two three four five </proc/sys/kernel/random/uuid
    key=$key$one$two$three$four$five
  done
}
# The kernel gives a number of that folder whole or not at all: a shell that reads byte by byte gets its first digit.
has_entropy() { [ "$(cat /proc/sys/kernel/random/entropy_avail)" -ge 128 ]; }
