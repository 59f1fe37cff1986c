#!/bin/bash
# The small program compiled for arm64, and run in emulation: what it says of itself and of bad input. The C library
# that it runs with comes from Debian's packages for arm64, unpacked in the cache, and libdevmapper.h.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
. "$project/tools/cache.sh"
. "$project/tools/debian-packages.sh"
compiler=aarch64-linux-gnu-gcc
release=bookworm

system() {
  local version
  version=$(cat "${BASH_SOURCE[0]}" "$project/tools/debian-packages.sh" | sha256sum | cut -c1-16)
  folder=$cache/arm64-$version
  (
    begin_in_cache "$folder" usr/include/libdevmapper.h arm64-lock >/dev/null
    architecture=arm64
    unpack_packages "$release" libdevmapper-dev libc6 libgcc-s1 >"$work.log" 2>&1 || { tail -n 5 "$work.log" >&2 && exit 1; }
    rm "$work.log"
    # Debian's /lib is /usr/lib.
    cp -a "$work/root/lib/." "$work/root/usr/lib/"
    rm -r "$work/root/lib"
    ln -s usr/lib "$work/root/lib"
    mv "$work/root" "$folder"
  )
}

system
cd "$project"
make --no-print-directory -s DIST=dist/arm64 CC="$compiler" CC_HERE=cc CFLAGS="-I$folder/usr/include" dist/arm64/block-snapshot

failed=0 number=0
# check NAME STATUS OUTPUT ARGUMENT... : OUTPUT is a pattern of bash for all that it prints
check() {
  local name=$1 wanted=$2 pattern=$3 output status=0
  shift 3
  output=$(qemu-aarch64 -L "$folder" dist/arm64/block-snapshot "$@" 2>&1) || status=$?
  number=$((number + 1))
  # shellcheck disable=SC2053
  if [ "$status" = "$wanted" ] && [[ $output == $pattern ]]; then
    echo "ok $number - $name"
  else
    echo "not ok $number - $name"
    echo "# exit status $status, $output"
    failed=1
  fi
}

check 'it says its version, and that of its engine' 0 'block-snapshot [0-9]*.[0-9]*.[0-9]* (quickjs-ng [0-9]*)' --version
check 'it says what it does' 0 '*prepare snapshot|origin BASE:COW*' --help
check 'a command that is none is wrong usage' 2 'block-snapshot: nonsense is not a command: see block-snapshot --help' nonsense
check 'a base that is missing is named' 1 'block-snapshot: base /none does not exist: *' prepare snapshot /none:/none-cow
check 'a name that is none is refused' 1 'block-snapshot: *' cleanup snapshot /dev/mapper/nonsense
check 'what is not hot needs the larger program' 1 'block-snapshot: list needs *block-snapshot-tools, which is not there: *' list
check 'a name that is no UTF-8 is refused' 1 'block-snapshot: base *not UTF-8*' prepare snapshot $'/n\xff:/cow'
echo "1..$number"
exit "$failed"
