#!/bin/bash
# The tests on a real Xen: builds what is missing, installs into a folder with make install, boots, prints the results.
#   run.sh [PART...]   of test/xen/dom0/parts; without, all that have a number: the tests
# BASELINE=FILE: the script that times.sh races, in the place of its own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)

"$project/test/needs.sh" xen vm
image=$("$here/lab/build-image.sh")
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
chmod 755 "$files"
make --no-print-directory -s -C "$project" install DESTDIR="$files" PREFIX=/usr >&2
mkdir -p "$files/lab"
cp -r "$here"/dom0/. "$project/test/checks.sh" "$files/lab/"
cp "$files/lab/guest-init" "$files/init"
(cd "$files" && echo init | cpio -o -H newc --quiet -R 0:0 | gzip -1) >"$files/lab/guest-init.cpio.gz"
rm "$files/init"
cc -nostdlib -static -no-pie -Wl,-Ttext-segment=0x100000 -o "$files/lab/still-kernel" "$here/dom0/still-kernel.S"
[ $# -gt 0 ] || set -- "$here"/dom0/parts/[0-9]*
# The system of a VM with the layer of its own, and its initramfs as Debian makes it.
case " $* " in *vm-layer.sh*)
  mkdir "$files/lab/vm"
  kernel=$("$project/test/vm-layer/lab/debian-kernel.sh")
  "$project/test/vm-layer/lab/initramfs.sh" initramfs-tools with "$files/lab/vm/initramfs" bookworm "$kernel/lib/modules" >&2
  "$project/test/vm-layer/lab/root-image.sh" "$files/lab/vm/root.img" whole
  gzip -1 "$files/lab/vm/root.img"
  ;;
esac
case " $* " in *times.sh*) "$project/test/bench/bare-calls/build.sh" "$files/lab/bare-calls" ;; esac
rm "$files"/lab/parts/*
for part; do cp "$here/dom0/parts/${part##*/}" "$files/lab/parts/"; done
[ -z "${BASELINE:-}" ] || cp "$BASELINE" "$files/lab/bash-script"
echo "${LIBVIRT_ROUNDS:-1}" >"$files/lab/libvirt-rounds"
# Idle machines need 6; what shares its processors with others has been seen to need 15.
minutes=${XEN_LAB_MINUTES:-30}
echo $(((minutes - 2) * 60)) >"$files/lab/seconds"
"$here/lab/boot.sh" "$image" "$files" "$minutes" &
boot=$!
trap 'kill "$boot" 2>/dev/null || :; wait "$boot" || :; rm -rf "$files"' EXIT
trap 'exit 125' INT TERM
wait "$boot"
