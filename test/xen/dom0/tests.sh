#!/bin/bash
# What libxl and real VMs have to find, in dom0 of a real Xen; the checks in the Test Anything Protocol on standard output.
. /lab/checks.sh
. /lab/left.sh
. /lab/guests.sh

for part in ${LAB_PARTS:-/lab/parts/*.sh}; do
  echo "# $(cut -d ' ' -f 1 /proc/uptime) s: ${part##*/}"
  . "$part"
  check "${part##*/}: no loop device, no device, no record and no claim is left" nothing_left
done
finish
