#!/bin/bash
# Sees to it that what the lab needs on this machine is installed: with apt-get where it may, else it says what to do.
set -eu

packages='qemu-system-x86 mmdebstrap cpio busybox-static e2fsprogs kmod xz-utils dpkg-dev'
missing=
for package in $packages; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "xen lab: packages are missing; as root: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
install() { apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
install || { apt-get update -qq && install; } || { echo "xen lab: apt-get could not install:$missing" >&2; exit 1; }
