# shellcheck shell=bash
# Sourced by run.sh: the life of block-snapshot-vm in systems that VMs boot, which have a kernel of Debian's and what makes an
# initramfs: initramfs-tools or dracut. What is looked at is the initramfs that these make by themselves.

# packed : the names of what is in the newest initramfs
packed() {
  # shellcheck disable=SC2016
  inside sh -c 'newest=$(ls -t /boot/init* | head -n 1)
    if command -v lsinitramfs >/dev/null; then lsinitramfs "$newest"; else lsinitrd "$newest" | grep -oE "[^ ]+(\.sh|\.service|\.ko[.a-z]*|/wrap-root|/dmsetup)( -> .*)?$"; fi' | sort
}
# has_layer FLAVOUR : all that makes the layer is in it, and is called there
has_layer() {
  local names pattern patterns
  names=$(packed) || return 1
  patterns='block-snapshot-vm/wrap-root block-snapshot-vm/words\.sh block-snapshot-vm/bytes\.sh block-snapshot-vm/disks\.sh
    block-snapshot-vm/store\.sh block-snapshot-vm/modules\.sh bin/dmsetup /dm-snapshot\.ko'
  case $1 in
  initramfs-tools) patterns+=' scripts/local-top/wrap-root scripts/local-bottom/wrap-root' ;;
  dracut) patterns+=' system/initrd\.target\.wants/wrap-root\.service system/initrd\.target\.wants/wrap-root-modules\.service' ;;
  esac
  for pattern in $patterns; do
    grep -qE "$pattern" <<<"$names" || { echo "$pattern is not in the initramfs" && return 1; }
  done
  [ "$1" = dracut ] || says '*local-top/wrap-root*' order_of_scripts
}
# What initramfs-tools calls before it looks for the root, and in which order.
order_of_scripts() {
  # shellcheck disable=SC2016
  inside sh -c 'unmkinitramfs "$(ls -t /boot/init* | head -n 1)" /tmp/made && cat /tmp/made/scripts/local-top/ORDER /tmp/made/*/scripts/local-top/ORDER
    rm -r /tmp/made' 2>/dev/null
}
# The system but for the initramfs, which has times in it, and what initramfs-tools notes of it: what is packed is compared.
system() { tree "$machine" | grep -vE ' \./(boot/init|var/lib/initramfs-tools/)'; }
made_since() { [ -n "$(find "$machine"/boot -name 'init*' -newer "$1")" ] || { echo 'no initramfs has been made since' && return 1; }; }

life_inside_vm() {
  local release=$1 flavour=$2 name="$1 with $2" before packed_before
  machine=$work/vm-$release-$flavour
  check "$name: a machine is made" mmdebstrap --quiet --variant=minbase --include="linux-image-cloud-amd64,$flavour,dmsetup,kmod,udev,systemd-sysv" \
    "$release" "$machine"
  # Fedora's package filesystem has it.
  mkdir -p "$machine/usr/share/licenses"
  packed_before=$(packed)
  before=$(system)
  [ "$name" != 'bookworm with dracut' ] || life_of_vm_rpm "$packed_before" "$before"

  check "$name: block-snapshot-vm is installed" put 1 block-snapshot-vm
  check "$name: the initramfs has the layer, and calls it" has_layer "$flavour"
  check "$name: what is there is what the package has" says '' inside dpkg --verify block-snapshot-vm
  check "$name: nothing of it is configuration" says '' inside dpkg-query -W -f '${Conffiles}' block-snapshot-vm
  touch "$machine/tmp/before-upgrade"
  check "$name: it is upgraded" put 2 block-snapshot-vm
  check "$name: it is the newer one" says '*-2' inside dpkg-query -W -f '${Version}' block-snapshot-vm
  check "$name: the initramfs is made anew, with the layer" has_layer "$flavour"
  check "$name: and was not made before" made_since "$machine/tmp/before-upgrade"
  check "$name: it is removed" inside dpkg -r block-snapshot-vm
  check "$name: the initramfs is as it was without it" equal "$(packed)" "$packed_before"
  check "$name: it is purged" inside dpkg -P block-snapshot-vm
  check "$name: then all is as before" equal "$(system)" "$before"

  mkdir -p "$machine/usr/lib/block-snapshot-vm"
  touch "$machine/usr/lib/block-snapshot-vm/manifest"
  check "$name: beside what make install-vm has put there it is refused" refuses '*make uninstall-vm*' put 1 block-snapshot-vm
  rm -r "$machine/usr/lib/block-snapshot-vm"
  inside dpkg -P block-snapshot-vm >/dev/null 2>&1
  check "$name: and has left nothing" equal "$(system)" "$before"
  rm -rf "$machine"
}

# rpm's scripts run in the machine, where dracut wants to see /proc.
in_vm_root() {
  # shellcheck disable=SC2016
  unshare --mount --propagation private sh -c 'mount -t proc proc "$0/proc" && exec rpm --force-debian --root "$0" --dbpath /var/lib/rpm "$@"' "$machine" "$@"
}
# rpm goes on where a script fails, and warns.
without_warning() {
  local said
  said=$("$@" 2>&1) && ! grep -E '^(warning|error):' <<<"$said" || { echo "$said" && return 1; }
}

# life_of_vm_rpm PACKED SYSTEM : as they were before
life_of_vm_rpm() {
  rpmdb --root "$machine" --dbpath /var/lib/rpm --initdb
  check 'rpm with dracut: without what it needs it is refused' refuses '*kmod is needed by block-snapshot-vm*' \
    in_vm_root -U "$(rpms 1 block-snapshot-vm)"
  rm -rf "$work/needed" && mkdir "$work/needed"
  rpm_of_files needed 1 "$work/needed" 'Provides: /bin/sh' 'Provides: /usr/bin/sh' 'Provides: /bin/bash' 'Provides: /usr/bin/bash' 'Provides: coreutils' \
    'Provides: device-mapper' 'Provides: kmod' 'Provides: util-linux'
  in_vm_root -U "$work/needed.rpm"
  check 'rpm with dracut: block-snapshot-vm is installed' without_warning in_vm_root -U "$(rpms 1 block-snapshot-vm)"
  check 'rpm with dracut: the initramfs has the layer, and calls it' has_layer dracut
  check 'rpm with dracut: rpm -V has nothing to say' says '' in_vm_root -V block-snapshot-vm
  check 'rpm with dracut: nothing of it is configuration' says '' in_vm_root -qc block-snapshot-vm
  touch "$machine/tmp/before-upgrade"
  check 'rpm with dracut: it is upgraded' without_warning in_vm_root -U "$(rpms 2 block-snapshot-vm)"
  check 'rpm with dracut: it is the newer one' says 2 in_vm_root -q --qf '%{release}' block-snapshot-vm
  check 'rpm with dracut: the initramfs is made anew, with the layer' has_layer dracut
  check 'rpm with dracut: and was not made before' made_since "$machine/tmp/before-upgrade"
  check 'rpm with dracut: it is erased' without_warning in_vm_root -e block-snapshot-vm
  check 'rpm with dracut: the initramfs is as it was without it' equal "$(packed)" "$1"
  check 'rpm with dracut: then all is as before' equal "$(system)" "$2"
  mkdir -p "$machine/usr/lib/block-snapshot-vm"
  touch "$machine/usr/lib/block-snapshot-vm/manifest"
  check 'rpm with dracut: beside what make install-vm has put there it is refused' refuses '*make uninstall-vm*' \
    in_vm_root -U "$(rpms 1 block-snapshot-vm)"
  rm -r "$machine/usr/lib/block-snapshot-vm"
  in_vm_root -e needed
  rm -rf "$machine/var/lib/rpm"
  # What rpm writes for itself is not where Debian's has it.
  rm -f "$machine"/boot/initramfs-*
}
