#!/bin/bash
# Sees to it that what a make target needs is installed: with apt-get where it may, else it says exactly what to do.
#   needs.sh build|kernel|templates|xen|libvirt|memory|core-admin|arm64...
set -eu

usage() { echo "usage: $0 build|kernel|templates|xen|libvirt|memory|core-admin|arm64..." >&2; exit 2; }

[ $# -gt 0 ] || usage
packages=
for name; do
  case $name in
    build) packages="$packages gcc libc6-dev libdevmapper-dev pkg-config" ;;
    arm64) packages="$packages gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user" ;;
    kernel) packages="$packages libdevmapper1.02.1 kmod dmsetup udev mount util-linux e2fsprogs strace coreutils lvm2 btrfs-progs xfsprogs dosfstools bindfs nfs-kernel-server iproute2 attr psmisc" ;;
    templates) packages="$packages python3 libxml2-utils libvirt0 libvirt-clients" ;;
    xen) packages="$packages qemu-system-x86 mmdebstrap cpio busybox-static e2fsprogs kmod xz-utils dpkg-dev" ;;
    libvirt) packages="$packages libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients libvirt0 libxml2-utils qemu-system-x86" ;;
    # gcc's sanitizers come with it, and perl with Debian.
    memory) packages="$packages gcc libc6-dev libdevmapper-dev perl-base" ;;
    core-admin) packages="$packages python3-jinja2 python3-lxml python3-docutils python3-yaml" ;;
    *) usage ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  # Not Debian: the packages have other names here, so the commands and files themselves are looked for.
  for name; do
    case $name in
      build) [ -e /usr/include/libdevmapper.h ] && type cc >/dev/null 2>&1 ;;
      arm64) type aarch64-linux-gnu-gcc qemu-aarch64 >/dev/null 2>&1 ;;
      kernel) type linux.uml strace perl dmsetup losetup mkfs.ext4 mkfs.btrfs mkfs.xfs mkfs.vfat bindfs rpc.nfsd ip setfattr fuser >/dev/null 2>&1 ;;
      xen) type qemu-system-x86_64 mmdebstrap cpio busybox mke2fs modprobe xz dpkg-deb >/dev/null 2>&1 ;;
      templates) [ -e /usr/share/libvirt/schemas/domain.rng ] && [ -x /usr/bin/python3 ] && type xmllint virsh >/dev/null 2>&1 ;;
      memory) [ -e "$(cc -print-file-name=libasan.so)" ] && [ -e "$(cc -print-file-name=libubsan.so)" ] && type perl >/dev/null 2>&1 ;;
      core-admin) /usr/bin/python3 -c 'import jinja2, lxml, docutils, yaml' ;;
      libvirt) [ -x /usr/sbin/libvirtd ] && type qemu-system-x86_64 xmllint virsh >/dev/null 2>&1 ;;
    esac || { echo "make: this needs what Debian calls:$packages" >&2; exit 1; }
  done
  exit 0
fi

missing=
for package in $packages; do
  case "$missing " in *" $package "*) continue ;; esac
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "make: packages are missing; as root: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# An index that is out of date names packages that are no longer there: refreshed only when it is needed.
# Another make target may be installing something at this moment.
# shellcheck disable=SC2086
install() { apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing >"$log" 2>&1; }
install || { apt-get update >>"$log" 2>&1 && install; } || { cat "$log" >&2; echo "make: apt-get could not install:$missing" >&2; exit 1; }
