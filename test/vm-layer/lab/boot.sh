#!/bin/bash
# Starts a VM of user-mode Linux with an initramfs of Debian's: boot.sh FOLDER INITRAMFS WORDS DISK...
#   FOLDER     gets console, what the kernel and the initramfs say, and said, what the root filesystem's init says (root-image.sh)
#   WORDS      of the kernel's command line
#   DISK       the VM's first, second, ... disk (ubda, ubdb, ...): a file, with :r behind it where it may not be written; - for none
# Ends when the VM does, or after VM_LAB_MINUTES (3).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kernel=$("$here/../../kernel/lab/fetch-kernel.sh") || exit 125
folder=$1 initramfs=$2 words=$3
shift 3
disks=()
letter=({a..p})
for disk; do
  flags= file=${disk%:r}
  [ "$file" = "$disk" ] || flags=r
  [ "$file" = - ] || disks+=("ubd${letter[0]}$flags=$file")
  letter=("${letter[@]:1}")
done
scratch=$(mktemp -d)
trap 'kill -KILL -- "-$(cat "$scratch/lab/pid" 2>/dev/null)" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
. "$here/../../kernel/lab/own-processor.sh"
cd "$kernel" || exit 125
# shellcheck disable=SC2086
TMPDIR=$scratch "${pinned[@]}" timeout --signal=KILL "${VM_LAB_MINUTES:-3}m" env LD_LIBRARY_PATH="$kernel/libraries" ./linux.uml \
  seccomp=auto mem=512M umid=lab uml_dir="$scratch/" initrd="$initramfs" "${disks[@]}" $words con=null con0=null,fd:5 con1=null,fd:7 \
  </dev/null 5>"$folder/console" 7>"$folder/said" >"$folder/kernel" 2>&1
