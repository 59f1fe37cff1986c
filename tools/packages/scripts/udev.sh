# udev reads its rules again; a machine that is only a folder (a chroot, an image) has none that runs.
reload_udev() {
  if [ -S /run/udev/control ]; then
    udevadm control --reload || echo 'block-snapshot: udev has not read its rules again: udevadm control --reload' >&2
  fi
}
