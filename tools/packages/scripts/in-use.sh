# What loses its program when it is taken away: said, and not prevented, for whoever removes a package has decided it.
warn_of_devices() {
  devices=0
  for file in /sys/class/block/dm-*/dm/name; do
    if [ -e "$file" ]; then
      name=$(cat "$file") || continue
      case $name in snapshot-*:*-* | origin-*:*) devices=$((devices + 1)) ;; esac
    fi
  done
  disks=0
  for file in /run/xen-hotplug/*-node /run/block-snapshot/*/*; do
    if [ -e "$file" ] || [ -L "$file" ]; then disks=$((disks + 1)); fi
  done
  if [ "$devices" != 0 ] || [ "$disks" != 0 ]; then
    echo "block-snapshot: $devices devices and $disks disks of VMs are left, which nothing takes down now:" >&2
    echo "block-snapshot: install it again before these VMs stop (dmsetup ls has the names: snapshot-…, origin-…)" >&2
  fi
}
