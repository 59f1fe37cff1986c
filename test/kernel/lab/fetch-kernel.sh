#!/bin/bash
# Brings the kernel that the tests run on: user-mode Linux, from Debian's packages, with the C library that it was built
# for. Prints the folder, with linux.uml (to be run in there) and modules; what is there already is used again.
#
# Of a newer Debian than most machines run: since Linux 6.10 user-mode Linux maps pages in batches, and since 6.16 it
# does without ptrace. Measured with the contract of the devices: 59 s of processor time on 6.1, 42 on 6.12, 21 on 7.2.
# UML_RELEASE= names another release; without any, an installed linux.uml serves.
set -euo pipefail
releases=${UML_RELEASE:-forky trixie}
tools=$(dirname "${BASH_SOURCE[0]}")/../../../tools
. "$tools/cache.sh"
. "$tools/debian-packages.sh"
version=$(echo "$releases" | cat - "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
folder=$cache/uml-$version
say() { echo "kernel lab: $*" >&2; }
begin_in_cache "$folder" linux.uml uml-lock

# fetch RELEASE : into $work/image.
fetch() {
  local loader=/lib64/ld-linux-x86-64.so.2
  unpack_packages "$1" user-mode-linux libc6 || return 1
  mkdir -p "$work/image/libraries"
  cp -L "$work"/root/{usr/,}lib/x86_64-linux-gnu/*.so.* "$work/image/libraries/" 2>/dev/null
  mv "$work/root/usr/lib/uml/modules" "$work/image/modules"
  find "$work/image/modules" -name '*.ko' ! -path '*/drivers/md/*' ! -path '*/drivers/block/loop.ko' ! -path '*/drivers/block/zram/*' ! -path '*/fs/*' \
    ! -path '*/drivers/block/[nr]bd.ko' ! -path '*/drivers/scsi/*' ! -path '*/drivers/target/*' ! -path '*/kernel/block/*' ! -path '*/net/ceph/*' \
    ! -path '*/net/sunrpc/*' ! -path '*/net/dns_resolver/*' ! -path '*/lib/*' ! -path '*/crypto/*' ! -path '*/security/*' -delete
  mv "$work/image/libraries/ld-linux-x86-64.so.2" "$work/image/ld.so"
  # It names its loader by an absolute path; it gets one of the folder that it runs in, filled up to the same length.
  LC_ALL=C sed "s#$loader#./ld.so$(printf '\\x00%.0s' {1..20})#" "$work/root/usr/bin/linux.uml" >"$work/image/linux.uml"
  chmod 755 "$work/image/linux.uml"
  (cd "$work/image" && LD_LIBRARY_PATH=libraries ./linux.uml --version)
}

# shellcheck disable=SC2086
keep_from uml "$folder" 'user-mode Linux' fetch $releases
if ! installed=$(command -v linux.uml); then
  say "user-mode Linux is neither in the cache nor installed, and cannot be fetched ($reason): install what Debian calls user-mode-linux"
  exit 1
fi
say "the installed $installed is used (none can be fetched: $reason), which is slower if it is older than Linux 6.12"
mkdir -p "$folder"
ln -sfn /usr/lib/uml/modules "$folder/modules"
ln -sfn "$installed" "$folder/linux.uml"
echo "$folder"
