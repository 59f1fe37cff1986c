#!/bin/bash
# Boots a real Xen (hypervisor, dom0 with its tools, VMs) in QEMU without any help of the processor, runs the tests in
# dom0, and prints what they print.
#
#   boot.sh IMAGE FILES MINUTES   IMAGE from build-image.sh; FILES a folder that is laid over dom0's root filesystem
#
# Exit status: the tests'; 125 when Xen did not come up or did not come to an end.
set -uo pipefail
image=$1 files=$2 minutes=$3
scratch=$(mktemp -d)
qemu=
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 125' INT TERM
# For a person who looks into a failure: where everything that came out of the lab is kept.
results=${XEN_LAB_RESULTS:-$scratch/kept}
mkdir -p "$results"

# In there they are root's, whoever has made them.
as_root=()
[ "$(id -u)" = 0 ] || as_root=(unshare --map-root-user)
"${as_root[@]}" mke2fs -q -t ext4 -E lazy_itable_init=1,root_owner=0:0 -m 0 -O ^has_journal -d "$files" "$scratch/files.img" \
  "$(($(du -sm --apparent-size "$files" | cut -f 1) * 12 / 10 + 32))M" >/dev/null || exit 125
truncate -s 64M "$scratch/results.img"

# The features that are taken away crash dom0 (SMAP) or hang PVH guests (RDTSCP) in QEMU's own emulation. It also lets XSAVE
# pass where a processor traps (CR0.TS), on which Xen builds when it gives a VM its floating-point registers lazily:
# programs then find another VM's registers in theirs. So Xen has to be eager. Its two processors wait for each other's
# locks, so it goes before all else where it may (root); labs of user-mode Linux disturb it even so.
nice -n -20 timeout --foreground --signal=KILL "${minutes}m" qemu-system-x86_64 -accel tcg,thread=multi -cpu max,-smap,-rdtscp \
  -m 2048 -smp 2 -display none -vga none -nodefaults -no-reboot -serial stdio -monitor none -net none \
  -drive "file=$image/root.img,format=raw,if=virtio,snapshot=on" \
  -drive "file=$scratch/files.img,format=raw,if=virtio,readonly=on" \
  -drive "file=$scratch/results.img,format=raw,if=virtio,cache=unsafe" \
  -kernel "$image/xen.elf" \
  -append "com1=115200,8n1 console=com1 dom0_mem=1024M,max:1024M spec-ctrl=no,eager-fpu loglvl=warning guest_loglvl=warning edid=no edd=off" \
  -initrd "$image/vmlinux console=hvc0 quiet mitigations=off net.ifnames=0,$image/dom0.cpio.gz" \
  </dev/null >"$results/console" 2>&1 &
qemu=$!
wait "$qemu"
qemu=

tar -C "$results" -xf "$scratch/results.img" 2>/dev/null
if [ ! -s "$results/status" ]; then
  echo "boot.sh: Xen did not come to an end within $minutes minutes (XEN_LAB_MINUTES= gives it more), or did not come up:" >&2
  tail -n 40 "$results/console" >&2
  exit 125
fi
cat "$results/tap"
status=$(cat "$results/status")
[ "$status" = 0 ] || { cat "$results/errors"; tail -n 30 "$results/dmesg.txt"; } >&2
exit "$status"
