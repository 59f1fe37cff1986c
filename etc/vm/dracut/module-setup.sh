#!/bin/bash
# What dracut puts into an initramfs for wrap-root.

check() {
  require_binaries dmsetup blockdev blkdiscard modprobe
}

depends() {
  echo udev-rules
}

installkernel() {
  local names
  mapfile -t names < <(grep -v '^#' /usr/lib/block-snapshot-vm/kernel-modules)
  # Also where it is made for this machine alone: what it needs is not what is loaded just now.
  hostonly='' instmods "${names[@]}"
}

install() {
  local library=/usr/lib/block-snapshot-vm name
  inst_multiple blockdev blkdiscard cat ln mkdir modprobe mount sleep umount udevadm
  inst_multiple "$library"/{wrap-root,words.sh,bytes.sh,disks.sh,store.sh,modules.sh}
  # udev runs already and has not looked at any device: it finds dmroot when it does.
  inst_hook pre-trigger 90 "$moddir/layer.sh"
  inst_hook pre-pivot 50 "$moddir/modules.sh"
  # dmsetup, and the rules by which udev knows its devices and does not forget them. To depend on that module would bring
  # every driver for disks of several disks (4 MB).
  module_install dm
}
