#!/bin/bash
# Brings the kernel that Debian has for real machines and VMs: vmlinux, which is not compressed, because an emulated processor would
# unpack it at every start, and in lib/modules those that VMs with the layer need, and Xen's dom0 (test/xen), with all that they
# depend on. Prints the folder; what is there already is used again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# As Xen's tools (test/xen/lab/build-image.sh).
release=bookworm
. "$here/../../../tools/cache.sh"
. "$here/../../../tools/debian-packages.sh"
for_vms=$here/../../../etc/vm/kernel-modules
for_dom0=(virtio_pci virtio_blk crc32c_generic ext4 xfs xenfs xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-blkback loop dm-mod
  dm-snapshot xen-blkfront)
version=$(cat "${BASH_SOURCE[0]}" "$for_vms" | sha256sum | cut -c1-16)
folder=$cache/debian-kernel-$version
say() { echo "vm lab: $*" >&2; }
begin_in_cache "$folder" vmlinux debian-kernel-lock

say "fetching the kernel of Debian $release into $folder (once)"
fail() { say "it cannot be fetched: $(why_not "$work.log")"; rm -f "$work.log"; exit 1; }
# The package of this name says which one it is just now.
unpack_packages "$release" linux-image-amd64 >"$work.log" 2>&1 || fail
package=$(dpkg-deb -f "$work"/packages/linux-image-amd64_*.deb Depends | sed -n 's/.*\(linux-image-[0-9][^ ,]*amd64\).*/\1/p')
(cd "$work/packages" && apt_of "$release" download "$package") >"$work.log" 2>&1 || fail
rm -f "$work.log"
dpkg-deb -x "$work/packages/$package"_*.deb "$work/root"
kernel=${package#linux-image-} image=$work/image
mkdir "$image"

# The offsets are of the payload in the setup header (Documentation/x86/boot.rst of Linux).
vmlinuz=$work/root/boot/vmlinuz-$kernel
word() { od -An -tu"$2" -j "$1" -N "$2" "$vmlinuz" | tr -d ' '; }
start=$((($(word 497 1) + 1) * 512 + $(word 584 4)))
tail -c +$((start + 1)) "$vmlinuz" | head -c $(($(word 588 4) - 4)) | xz -dc --single-stream >"$image/vmlinux" 2>/dev/null || true
[ "$(head -c 4 "$image/vmlinux" | tail -c 3)" = ELF ] || { say "$package is not compressed with xz"; exit 1; }

modules=$work/root/lib/modules/$kernel kept=$image/lib/modules/$kernel
mkdir -p "$kept"
depmod -b "$work/root" "$kernel"
cp "$modules"/modules.{order,builtin,builtin.modinfo} "$kept/"
# shellcheck disable=SC2046
for name in "${for_dom0[@]}" $(grep -v '^#' "$for_vms"); do
  # One that this kernel has not is left out.
  { modprobe -d "$work/root" -S "$kernel" --show-depends "$name" 2>/dev/null || true; } | awk '$1 == "insmod" { print $2 }'
done | sort -u | while read -r module; do
  mkdir -p "$kept/$(dirname "${module#"$modules/"}")"
  cp "$module" "$kept/${module#"$modules/"}"
done
depmod -b "$image" "$kernel"

# Those of other versions may be in use at this moment.
find "$cache" -maxdepth 1 -name 'debian-kernel-[0-9a-f]*' -mtime +7 -exec rm -rf {} +
chmod 755 "$image"
mv "$image" "$folder"
echo "$folder"
