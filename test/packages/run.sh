#!/bin/bash
# Makes the packages twice, in two folders, and installs, upgrades, removes and purges them on machines that are only folders:
# run.sh [PART...]
#   PART     built; debian, rpm or vm, which need what built has made: all of them
#   RELEASES of Debian: bookworm trixie
# It runs as root, for it changes its root folder.
set -uo pipefail
project=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
here=$project/test/packages
work=$project/dist/test-packages
[ "$(id -u)" = 0 ] || { echo 'test-packages: only root can change to another root folder' >&2 && exit 1; }
umask 022
export LC_ALL=C
mkdir -p "$work"
. "$here/checks.sh"
. "$here/built.sh"
. "$here/debian.sh"
. "$here/rpm.sh"
. "$here/vm.sh"

[ $# -gt 0 ] || set -- built debian rpm vm
for part; do
  case $part in
  built) built_twice ;;
  debian) for release in ${RELEASES:-bookworm trixie}; do life_in_debian "$release"; done ;;
  rpm) life_in_rpm ;;
  vm)
    for release in ${RELEASES:-bookworm trixie}; do
      for flavour in initramfs-tools dracut; do life_inside_vm "$release" "$flavour"; done
    done
    ;;
  *) echo "usage: run.sh [built|debian|rpm|vm]..." >&2 && exit 2 ;;
  esac
done
finish
