#!/bin/bash
# The story that `make demo` tells, on a real kernel (test/kernel/lab/boot.sh runs it). Every command that it shows is run as
# shown. Exit status 1 when anything is not as the story says.
set -u
project=$1
if [ "${2-}" = colour ]; then bold=$'\e[1m' blue=$'\e[36m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'; else bold='' blue='' green='' red='' plain=''; fi
export PATH=$project/dist:$PATH
mkdir -p /run/template && cd /run/template || exit 1
failed=0

say() { printf '\n%s\n' "$bold$*$plain"; }
try() { printf '%s\n' "$blue\$ $*$plain"; eval "$*" 2>&1; }
expect() {
  if [ "$2" = "$3" ]; then printf '  %s  %s\n' "${green}ok$plain" "$1"; else printf '  %s  %s: %s, not %s\n' "${red}WRONG$plain" "$1" "$2" "$3"; failed=1; fi
}
bytes() { sha256sum <"$1" | cut -c1-16; }

say 'A template of 64 MiB, and an empty disk for what each of two VMs will write:'
head -c 64M /dev/urandom >root.img
original=$(bytes root.img)
try 'truncate -s 64M vm1.img vm2.img'

say 'Both VMs start. Each gets the template with its own writes on top; nothing is copied:'
try 'vm1=$(block-snapshot prepare snapshot $PWD/root.img:$PWD/root-cow.img:$PWD/vm1.img); echo $vm1'
try 'vm2=$(block-snapshot prepare snapshot $PWD/root.img:$PWD/root-cow.img:$PWD/vm2.img); echo $vm2'
expect 'VM 1 reads the bytes of the template' "$(bytes "$vm1")" "$original"
try 'echo "hello from VM 1" | dd of=$vm1 conv=notrunc,fsync status=none'
expect 'VM 1 reads what it wrote' "$(head -c 15 "$vm1")" 'hello from VM 1'
expect 'VM 2 does not see it' "$(bytes "$vm2")" "$original"

say 'Two VMs, one template: the first layer and the loop device of root.img are shared:'
try 'dmsetup ls --tree -o compact,ascii'
try 'losetup --list --output NAME,AUTOCLEAR,BACK-FILE'

say 'The template starts while they run, and rewrites all of its disk (an upgrade):'
try 'template=$(block-snapshot prepare origin $PWD/root.img:$PWD/root-cow.img); echo $template'
try 'head -c 64M /dev/urandom | dd of=$template bs=1M conv=fsync status=none'
expect 'the template has changed' "$([ "$(bytes root.img)" != "$original" ] && echo yes)" yes
expect 'VM 2 still reads the bytes it started with' "$(bytes "$vm2")" "$original"
expect 'VM 1 still reads what it wrote' "$(head -c 15 "$vm1")" 'hello from VM 1'
expect 'and its other bytes are the old ones' "$(tail -c +1048577 "$vm1" | sha256sum)" "$(tail -c +1048577 "$vm2" | sha256sum)"
try 'du -h --apparent-size root-cow.img; du -h root-cow.img    # the old blocks, kept for them'

# Newer kernels do not survive discards with chunks as small as the usual ones (docs/templates.md).
IFS=. read -r major minor _ < <(uname -r)
if ((major < 6 || (major == 6 && minor < 13))); then
  say 'VM 2 frees space on its disk, and the host gets it back:'
  try 'head -c 32M /dev/urandom | dd of=$vm2 bs=1M conv=fsync,notrunc status=none; du -h vm2.img'
  try 'blkdiscard --length 30M $vm2; du -h vm2.img'
fi

say 'Everything stops, in any order; what nobody uses goes with the last one that used it:'
try 'block-snapshot cleanup snapshot $vm1'
try 'block-snapshot cleanup origin $template'
try 'block-snapshot cleanup snapshot $vm2'
try 'dmsetup ls'
try 'losetup --list'
expect 'no device is left' "$(dmsetup ls)" 'No devices found'
expect 'no loop device is left' "$(losetup --list)" ''

say 'A mistake gets one line and changes nothing:'
try 'block-snapshot prepare snapshot $PWD/root.img:$PWD/rot-cow.img'
expect 'it fails' $? 1

[ "$failed" = 0 ] && say 'Everything was as it should be.'
exit "$failed"
