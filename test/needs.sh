#!/bin/bash
# Sees to it that what a make target needs is installed: with apt-get where it may, else it says exactly what to do. All
# that is missing is named, or installed, at once, and before anything else is fetched.
#   needs.sh node|build|kernel|templates|xen|libvirt|manuals|memory|vm|core-admin|arm64|deb|rpm|packages|fresh...
set -eu

usage() { echo "usage: $0 node|build|kernel|templates|xen|libvirt|manuals|memory|vm|core-admin|arm64|deb|rpm|packages|fresh..." >&2; exit 2; }
fail() { echo "make: $*" >&2; exit 1; }

# What package.json says.
node_wanted=$(sed -n 's/.*"node": ">=\([0-9.]*\)".*/\1/p' "$(dirname "$0")/../package.json")

# node_refused VERSION WHOSE : says what is wrong with that Node; fails where it is new enough, or where there is none.
node_refused() {
  [ -n "$1" ] || return 1
  [ "$(printf '%s\n' "$node_wanted" "$1" | sort -V | head -n 1)" != "$node_wanted" ] || return 1
  echo "Node $node_wanted or newer is needed, and $2 is $1: as root: apt-get install npm, npm install --global node@20"
}
node_here() { node_refused "$(node --version 2>/dev/null | tr -d v)" "$(command -v node)"; }

[ $# -gt 0 ] || usage
packages=
for name; do
  case $name in
    node)
      # Whoever has put another Node into the PATH has no package of it, and npm needs certificates to fetch anything.
      command -v node >/dev/null || packages="$packages nodejs ca-certificates"
      command -v npm >/dev/null || packages="$packages npm"
      ;;
    build) packages="$packages gcc libc6-dev libdevmapper-dev pkg-config" ;;
    arm64) packages="$packages gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user" ;;
    kernel) packages="$packages libdevmapper1.02.1 kmod dmsetup udev mount util-linux e2fsprogs strace coreutils lvm2 btrfs-progs xfsprogs dosfstools bindfs nfs-kernel-server iproute2 attr psmisc nbd-server nbd-client open-iscsi" ;;
    templates) packages="$packages python3 libxml2-utils libvirt0 libvirt-clients" ;;
    xen)
      packages="$packages qemu-system-x86 mmdebstrap cpio busybox-static e2fsprogs kmod xz-utils dpkg-dev util-linux"
      # For the image, which others make in a user namespace.
      [ "$(id -u)" = 0 ] || packages="$packages uidmap"
      ;;
    libvirt) packages="$packages libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients libvirt0 libxml2-utils qemu-system-x86" ;;
    manuals) packages="$packages groff-base mandoc zsh bsdutils" ;;
    # gcc's sanitizers come with it, and perl with Debian.
    memory) packages="$packages gcc libc6-dev libdevmapper-dev perl-base" ;;
    vm)
      packages="$packages busybox-static fdisk e2fsprogs kmod util-linux mmdebstrap xz-utils"
      [ "$(id -u)" = 0 ] || packages="$packages uidmap"
      ;;
    core-admin) packages="$packages python3-jinja2 python3-lxml python3-docutils python3-yaml" ;;
    deb) packages="$packages dpkg-dev debhelper" ;;
    rpm) packages="$packages rpm patchelf" ;;
    packages) packages="$packages mmdebstrap lintian rpmlint" ;;
    fresh) packages="$packages mmdebstrap debian-archive-keyring util-linux git" ;;
    *) usage ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  # Not Debian: the packages have other names here, so the commands and files themselves are looked for.
  for name; do
    case $name in
      node) type node npm >/dev/null 2>&1 ;;
      build) [ -e /usr/include/libdevmapper.h ] && type cc >/dev/null 2>&1 ;;
      arm64) type aarch64-linux-gnu-gcc qemu-aarch64 >/dev/null 2>&1 ;;
      kernel) type linux.uml strace perl dmsetup losetup mkfs.ext4 mkfs.btrfs mkfs.xfs mkfs.vfat bindfs rpc.nfsd ip setfattr fuser nbd-server nbd-client iscsistart >/dev/null 2>&1 ;;
      xen) type qemu-system-x86_64 mmdebstrap cpio busybox mke2fs modprobe xz dpkg-deb >/dev/null 2>&1 ;;
      templates) [ -e /usr/share/libvirt/schemas/domain.rng ] && [ -x /usr/bin/python3 ] && type xmllint virsh >/dev/null 2>&1 ;;
      manuals) type groff mandoc zsh script >/dev/null 2>&1 ;;
      memory) [ -e "$(cc -print-file-name=libasan.so)" ] && [ -e "$(cc -print-file-name=libubsan.so)" ] && type perl >/dev/null 2>&1 ;;
      vm) type busybox sfdisk mke2fs depmod unshare mmdebstrap xz >/dev/null 2>&1 ;;
      core-admin) /usr/bin/python3 -c 'import jinja2, lxml, docutils, yaml' ;;
      libvirt) [ -x /usr/sbin/libvirtd ] && type qemu-system-x86_64 xmllint virsh >/dev/null 2>&1 ;;
      deb) type dpkg-buildpackage dh >/dev/null 2>&1 ;;
      rpm) type rpmbuild rpm2archive patchelf >/dev/null 2>&1 ;;
      packages) type mmdebstrap lintian rpmlint >/dev/null 2>&1 ;;
      fresh) type mmdebstrap unshare git >/dev/null 2>&1 ;;
    esac || fail "this needs what Debian calls:$packages"
  done
  ! refused=$(node_here) || fail "$refused"
  exit 0
fi

# shellcheck disable=SC2086
missing=$({ printf '%s\n' $packages | sort -u; dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null |
  sed -n 's/^installed //p' | sort -u | sed p; } | sort | uniq -u | tr '\n' ' ')
missing=${missing% }
without_node=$(printf '%s\n' $missing | grep -vxE 'nodejs|npm|ca-certificates' | tr '\n' ' ' || true)
node_offered() { apt-cache policy nodejs 2>/dev/null | sed -n 's/^ *Candidate: \([0-9][0-9.]*\).*/\1/p'; }
case " $missing " in
  *' nodejs '*)
    # A machine that was just installed knows of no package before it has asked.
    [ -n "$(node_offered)" ] || [ "$(id -u)" != 0 ] || apt-get -q update >/dev/null 2>&1 || true
    refused=$(node_refused "$(node_offered)" 'that of this Debian' || true)
    ;;
  *) refused=$(node_here || true) ;;
esac
[ -z "$refused" ] || fail "$refused${without_node:+; missing as well, as root: apt-get install --no-install-recommends ${without_node% }}"
[ -n "$missing" ] || exit 0

[ "$(id -u)" = 0 ] || fail "packages are missing; as root: apt-get install --no-install-recommends $missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# An index that is out of date names packages that are no longer there: refreshed only when it is needed.
# Another make target may be installing something at this moment.
# shellcheck disable=SC2086
install() { apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing >"$log" 2>&1; }
install || { apt-get -q update >"$log" 2>&1 && install; } ||
  fail "apt-get could not install $missing: $(grep -m 1 -E '^(E|dpkg|Err):' "$log" || tail -n 1 "$log")"
! refused=$(node_here) || fail "$refused"
