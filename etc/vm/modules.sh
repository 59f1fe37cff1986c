# shellcheck shell=sh
# The modules of a kernel that comes from dom0, from the image that comes with it: part of wrap-root. Without them the VM
# starts all the same: whatever is wrong is a warning.

mount_modules() {
  case $modules_disk in '' | no) return ;; esac
  # A link that begins at the root would lead out of the root filesystem from here.
  library=$1/lib
  [ ! -L "$library" ] || library=$1/usr/lib
  place=$library/modules
  if ! is_expected || ! wait_for is_disk "$modules_disk"; then
    warn "no disk $modules_disk with the kernel's modules: those of the root filesystem are used (dmroot.modules= names another, or no)"
  elif [ ! -d "$place" ]; then
    warn "the root filesystem has no folder /lib/modules: the kernel's modules on $modules_disk are not mounted"
  elif ! mount_image; then
    warn "the kernel's modules on $modules_disk cannot be mounted (ext4, squashfs and erofs were tried): those of the root filesystem are used"
  else
    use_image
  fi
}

# Whether it is worth waiting for: it was named, it is there, or Xen says that it will be.
is_expected() {
  [ "$modules_disk" != xvdd ] || is_disk xvdd || [ -e /sys/bus/xen/devices/vbd-51760 ]
}

mount_image() {
  for type in ext4 squashfs erofs; do
    ! mount -t "$type" -o ro "/dev/$modules_disk" "$place" 2>/dev/null || return 0
  done
  return 1
}

use_image() {
  read_line /proc/sys/kernel/osrelease
  if [ ! -d "$place/$line" ]; then
    umount "$place"
    warn "the image on $modules_disk has no modules of this kernel ($line): those of the root filesystem are used"
    return
  fi
  [ -d "$place/firmware" ] || return 0
  # The oldest releases had a link there. Where the root has nothing, the kernel is told where to look.
  updates=$library/firmware/updates
  if [ -d "$updates" ] && [ ! -L "$updates" ]; then
    mount -o bind "$place/firmware" "$updates" || warn "the firmware on $modules_disk cannot be mounted on /lib/firmware/updates"
  elif [ ! -L "$updates" ]; then
    { printf '/lib/modules/firmware' >/sys/module/firmware_class/parameters/path; } 2>/dev/null ||
      warn "the kernel cannot be told of the firmware on $modules_disk: link /lib/firmware/updates to /lib/modules/firmware in the template"
  fi
}
