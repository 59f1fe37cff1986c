# shellcheck shell=bash
# What make install-vm puts into a VM's own system (docs/vm-layer.md): part of etc/install.sh.

# The parts first, then what uses them.
list_vm() {
  local name
  for name in words bytes disks store modules; do echo "file 644 etc/vm/$name.sh $library/$name.sh"; done
  echo "file 644 etc/vm/kernel-modules $library/kernel-modules"
  echo "file 755 etc/vm/wrap-root $program"
  echo "file 755 etc/vm/initramfs-tools/local-top /usr/share/initramfs-tools/scripts/local-top/wrap-root"
  echo "file 755 etc/vm/initramfs-tools/local-bottom /usr/share/initramfs-tools/scripts/local-bottom/wrap-root"
  echo "file 755 etc/vm/initramfs-tools/hook /usr/share/initramfs-tools/hooks/wrap-root"
  for name in layer.sh modules.sh start-layer module-setup.sh; do
    echo "file 755 etc/vm/dracut/$name /usr/lib/dracut/modules.d/90wrap-root/$name"
  done
  for name in wrap-root.service wrap-root-modules.service dmroot.rules; do
    echo "file 644 etc/vm/dracut/$name /usr/lib/dracut/modules.d/90wrap-root/$name"
  done
  echo "file 644 docs/vm-layer.md /usr/share/doc/block-snapshot-vm/vm-layer.md"
}

# The initramfs that is there stays as it was made.
say_how_to_make_initramfs() {
  echo "the initramfs is another only when it is made anew: update-initramfs -u -k all (initramfs-tools), dracut --regenerate-all --force (dracut)"
}
