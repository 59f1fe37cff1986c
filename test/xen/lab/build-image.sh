#!/bin/bash
# Builds what a real Xen needs, from Debian's packages alone: a root filesystem for dom0 with Xen's tools, the
# hypervisor, a kernel, and two initial ramdisks. It prints the folder where all of it lies; what is there already is
# used again, unless this script or what it packs has changed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Whatever this machine runs: Xen 4.17 comes from there.
release=bookworm
. "$here/../../../tools/cache.sh"
. "$here/../../../tools/debian-packages.sh"
version=$(cat "${BASH_SOURCE[0]}" "$here/dom0-init" "$here/../../vm-layer/lab/debian-kernel.sh" | sha256sum | cut -c1-16)
image=$cache/xen-$version
say() { echo "xen lab: $*" >&2; }
end_when_cached "$image" root.img
begin_as_root
begin_in_cache "$image" root.img lock

say "building the image in $image (once; about a minute)"
# Kernel and hypervisor are unpacked only: they boot from outside.
kernel=$("$here/../../vm-layer/lab/debian-kernel.sh")
release_name=$(ls "$kernel/lib/modules")
hypervisor=xen-hypervisor-4.17-amd64
unpack_packages "$release" "$hypervisor" >"$work.log" 2>&1 ||
  { say "Debian $release cannot be fetched from: $(why_not "$work.log")"; rm -f "$work.log"; exit 1; }
rm -f "$work.log"
mv "$work/root" "$work/$hypervisor"
packages=xen-utils-4.17,xenstore-utils,dmsetup,util-linux,mount,kmod,udev,bash,strace,procps
packages+=,xfsprogs,libvirt-daemon,libvirt-daemon-driver-xen,libvirt-clients,libxml2-utils
mmdebstrap --variant=minbase --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io \
  --format=directory "$release" "$work/root" "$work/sources" >"$work/mmdebstrap.log" 2>&1 ||
  { tail -n 20 "$work/mmdebstrap.log" >&2; exit 1; }

# QEMU's own processor has no virtual 8086 mode extensions, without which libvirt finds no model for it and gives up.
sed -i /vme/d "$work/root/usr/share/libvirt/cpu_map/x86_486.xml"
# The other drivers are of no use here, and QEMU's ends the daemon where its user is missing.
find "$work/root/usr/lib/x86_64-linux-gnu/libvirt/connection-driver" -name '*.so' ! -name '*_libxl.so' -delete

cd "$work"
mkdir -p "$work/image" "$work/root/lib/modules" "$work/root/lab"
zcat "$hypervisor/boot/xen-4.17-amd64.gz" >"$work/image/xen.elf"
cp "$kernel/vmlinux" "$work/image/vmlinux"
cp -a "$kernel/lib/modules/$release_name" "$work/root/lib/modules/"
needs() {
  local name
  for name; do
    modprobe -d "$kernel" -S "$release_name" --show-depends "$name" | awk '$1 == "insmod" { print $2 }'
  done | awk '!seen[$0]++'
}

# initial_ramdisk INIT|none MODULE... makes one of busybox, the modules in their order, and the script. $later are modules that
# it has besides, listed by themselves: loading them takes its time.
initial_ramdisk() {
  local script=$1 folder module
  shift
  folder=$(mktemp -d "$work/ramdisk.XXXXXX")
  chmod 755 "$folder"
  mkdir "$folder/bin" "$folder/modules"
  cp /bin/busybox "$folder/bin/busybox"
  [ "$script" = none ] || install -m 755 "$here/$script" "$folder/init"
  needs "$@" | while read -r module; do
    cp "$module" "$folder/modules/"
    basename "$module" >>"$folder/modules.list"
  done
  # shellcheck disable=SC2086
  [ -z "${later-}" ] || needs $later | while read -r module; do
    cp "$module" "$folder/modules/"
    basename "$module" >>"$folder/modules.later"
  done
  (cd "$folder" && find . | cpio -o -H newc --quiet -R 0:0 | gzip -1)
}
initial_ramdisk dom0-init virtio_pci virtio_blk crc32c_generic ext4 >"$work/image/dom0.cpio.gz"
later="crc32c_generic ext4" initial_ramdisk none xen-blkfront >"$work/root/lab/guest.cpio.gz"
cp "$kernel/vmlinux" "$work/root/lab/vmlinux"

echo dom0 >"$work/root/etc/hostname"
rm -rf "$work/root/var/cache/apt" "$work/root/var/lib/apt/lists"
size=$(($(du -sm --apparent-size "$work/root" | cut -f 1) * 13 / 10 + 256))
mke2fs -q -t ext4 -E lazy_itable_init=1,root_owner=0:0 -m 0 -O ^has_journal -d "$work/root" "$work/image/root.img" "${size}M" >/dev/null

# Those of other versions may be in use at this moment.
find "$cache" -maxdepth 1 -name 'xen-[0-9a-f]*' -mtime +7 -exec rm -rf {} +
mv "$work/image" "$image"
echo "$image"
