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
  mapfile -t names < <(grep -v '^#' "${dracutsysrootdir-}/usr/lib/block-snapshot-vm/kernel-modules")
  # Also where it is made for this machine alone: what it needs is not what is loaded just now.
  hostonly='' instmods "${names[@]}"
}

install() {
  local library=/usr/lib/block-snapshot-vm unit
  inst_multiple blockdev blkdiscard cat dmsetup ln mkdir modprobe mount sleep umount udevadm
  inst_multiple "$library"/{wrap-root,words.sh,bytes.sh,disks.sh,store.sh,modules.sh}
  # By which udev knows the devices, as their own package has them: some by these names, some by those. dracut's module for them
  # has a hook besides, which is a service more, and depends on others.
  inst_rules 10-dm.rules 13-dm-disk.rules 55-dm.rules 60-persistent-storage-dm.rules 95-dm-notify.rules
  inst_simple "$moddir/dmroot.rules" /etc/udev/rules.d/09-dmroot.rules
  if dracut_module_included systemd-initrd; then
    inst_script "$moddir/start-layer" "$library/start-layer"
    for unit in wrap-root.service wrap-root-modules.service; do
      inst_simple "$moddir/$unit" "$systemdsystemunitdir/$unit"
      $SYSTEMCTL -q --root "$initdir" add-wants initrd.target "$unit"
    done
  else
    # udev runs already and has not looked at any device: it finds dmroot when it does.
    inst_hook pre-trigger 90 "$moddir/layer.sh"
    inst_hook pre-pivot 50 "$moddir/modules.sh"
  fi
}
