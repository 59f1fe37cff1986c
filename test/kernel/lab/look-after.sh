#!/bin/bash
# What there may not be when a program in the lab has ended, whatever it looked at itself: a device that is suspended or
# has no table, a device or a loop device at all, a lock that somebody holds, a complaint of the kernel that no test has
# planned (guest/kernel-log.ts). Says each on standard error; exit status 1 when there is one.
set -u
found=0
tell() { echo "left by the program: $1" >&2; found=1; }

if [ -e /dev/mapper/control ]; then
  while read -r name state; do tell "device $name, $state"; done \
    < <(dmsetup info -c --noheadings --separator ' ' -o name,suspended,tables_loaded | grep -v '^No devices found')
fi
for file in /sys/block/*/loop/backing_file; do
  [ -e "$file" ] && tell "loop device on $(cat "$file")"
done
while read -r path; do
  inode=$(stat -c %i "$path")
  grep -q ":$inode [0-9]* EOF" /proc/locks && tell "held lock $path"
done < <(find /run/block-snapshot -type f 2>/dev/null)
while read -r message; do tell "kernel: $message"; done \
  < <(dmesg -k -t --level=emerg,alert,crit,err,warn | grep -vEf <(cat "$(dirname "$0")/known-messages" /run/lab/planned-messages 2>/dev/null))
exit $found
