#!/bin/bash
# Brings what makes initramfs: Debian's initramfs-tools and dracut, with all that they pack, unpacked into a folder, without
# any kernel's modules. Prints the folder; what is there already is used again. build-root.sh RELEASE
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../../.." && pwd)
release=$1
. "$project/tools/cache.sh"
. "$project/tools/debian-packages.sh"
version=$(echo "$release" | cat - "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
folder=$cache/vm-$version
begin_in_cache "$folder" usr/share/initramfs-tools/init vm-lock

echo "vm lab: fetching initramfs-tools and dracut of Debian $release into $folder (once)" >&2
# Those that every Debian has first: nothing depends on them.
packages=(base-files bash dash debianutils grep sed gzip findutils util-linux mawk libc-bin tar)
packages+=(initramfs-tools-core dracut-core dmsetup kmod udev busybox systemd systemd-sysv e2fsprogs)
unpack_with_dependencies "$release" "${packages[@]}" >"$work.log" 2>&1 ||
  { echo "vm lab: they cannot be fetched: $(why_not "$work.log")" >&2; rm -f "$work.log"; exit 1; }
rm -f "$work.log"
root=$work/root
# What their scripts would do after unpacking.
ln -sf mawk "$root/usr/bin/awk"
: >"$root/etc/fstab"
rm -rf "$root/usr/share/"{doc,man,locale,info}
# Its folder is as old as Debian's package says.
touch "$root"
# Those of other versions may be in use at this moment.
find "$cache" -maxdepth 1 -name 'vm-[0-9a-f]*' -mtime +7 -exec rm -rf {} +
mv "$root" "$folder"
echo "$folder"
