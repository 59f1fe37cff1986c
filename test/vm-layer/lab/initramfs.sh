#!/bin/bash
# Makes an initramfs as a VM's own system makes it: initramfs.sh FLAVOUR with|without FILE [RELEASE MODULES]
#   FLAVOUR   initramfs-tools, dracut, or "dracut without systemd"
#   with      with what make install-vm puts into that system; without: as Debian's packages alone make it
#   FILE      gets it
#   RELEASE   of Debian (trixie)
#   MODULES   a folder that has the kernel's, as KERNEL-RELEASE/... (that of user-mode Linux)
# It is made in a folder of Debian's packages (build-root.sh), as that folder's root user, who need not be this machine's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../../.." && pwd)
flavour=$1 layer=$2 file=$3 modules=${5-}
base=$("$here/build-root.sh" "${4:-trixie}")
[ -n "$modules" ] || modules=$("$project/test/kernel/lab/fetch-kernel.sh")/modules
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
own=(--mount)
[ "$(id -u)" = 0 ] || own+=(--map-root-user)
mkdir "$work/files" "$work/made"
[ "$layer" = without ] || DESTDIR=$work/files "$project/etc/install.sh" install-vm >/dev/null

# Of dracut's modules those that such a system needs: all of them take a minute to pack, and seconds at each start.
modules_of_dracut='rootfs-block fs-lib base shutdown'
[ "$flavour" != dracut ] || modules_of_dracut+=' systemd-initrd dracut-systemd'
[ "$layer" = without ] || modules_of_dracut+=' wrap-root'

cat >"$work/script" <<'END'
set -e
base=$1 modules=$2 work=$3 flavour=$4 modules_of_dracut=$5
root=$work/root
cp -a "$base" "$root"
cp -a "$work/files/." "$root/"
mkdir -p "$root/lib/modules" "$root/mnt"
cp -r "$modules/." "$root/lib/modules/"
release=$(cd "$modules" && ls)
# Debian 12's initramfs-tools looks there for how the kernel's initramfs may be compressed, dracut for whether it takes one.
printf '%s\n' CONFIG_BLK_DEV_INITRD=y CONFIG_RD_GZIP=y >"$root/boot/config-$release"
# With what is mounted in there: whoever is not root may not look under it.
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
mount --bind "$work/made" "$root/mnt"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TMPDIR=/tmp
chroot "$root" depmod "$release"
case $flavour in
initramfs-tools) exec chroot "$root" mkinitramfs -c gzip -o /mnt/initramfs "$release" ;;
dracut*) exec chroot "$root" dracut --force --no-hostonly --modules "$modules_of_dracut" --compress 'gzip -1' --quiet --kver "$release" /mnt/initramfs ;;
esac
END
unshare "${own[@]}" bash "$work/script" "$base" "$modules" "$work" "$flavour" "$modules_of_dracut" >"$work/log" 2>&1 && [ -s "$work/made/initramfs" ] ||
  { echo "vm lab: $flavour makes no initramfs:" >&2; tail -n 20 "$work/log" >&2; exit 1; }
mv "$work/made/initramfs" "$file"
