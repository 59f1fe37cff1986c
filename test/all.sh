#!/bin/bash
# Runs every test, whatever fails on the way, and names at the very end what has: all.sh MAKE
#   MAKE  what runs the targets
# The labs first, with both processors; the image for Xen, where there is none yet, is built meanwhile. Then Xen, which
# leaves half a processor to tests that need no lab (and goes before them: test/xen/lab/boot.sh). Last the others of those.
set -uo pipefail
cd "$(dirname "$0")/.."
make=$1
mkdir -p build
rm -f build/failed.txt

failed=()
run() {
  local what=$1
  shift
  "$make" --no-print-directory -k "$@" || failed+=("$what")
}

image=$(mktemp)
trap 'rm -f "$image"' EXIT
test/xen/lab/build-image.sh >/dev/null 2>"$image" &
building=$!
run test-kernel test-kernel
wait "$building" || { failed+=('the image for Xen'); cat "$image" >&2; }
run 'test-xen or test-beside-xen' -j2 --output-sync=target test-xen test-beside-xen
run test-after-xen test-after-xen
[ ${#failed[@]} -gt 0 ] || exit 0
cat build/failed.txt 2>/dev/null
list=$(printf ", %s" "${failed[@]}")
echo "make: not all tests have passed; with failures: ${list#, }" >&2
exit 1
