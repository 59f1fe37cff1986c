#!/bin/bash
# Runs one test file, in whichever lab it needs: check.sh FILE [NAME]
#   FILE  as it is written, below test/
#   NAME  a part of the names of the tests to run (a regular expression of JavaScript)
# Exit status: that of the tests; 1 where no test has such a name, 2 for a file that is none.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "check: $*" >&2; exit 2; }

file=${1-} name=${2-}
[ -n "$file" ] || fail "FILE= is missing: make check FILE=test/unit/plan.test.ts [NAME='part of a name']"
file=${file#"$PWD"/}
[[ $file == test/*.ts ]] || fail "$file is not a TypeScript file below test/"
[ -f "$file" ] || fail "$file is not there"
built=build/${file%.ts}.js

case $file in
  test/xen/*) fail "$file needs a whole Xen: make test-xen" ;;
  test/kernel/guest/*)
    # The options of the lab are those of the test that runs it; a file in a folder is a part of the program of that name.
    part=${file#test/kernel/guest/}
    program=${part%%/*}
    options=$(sed -nE "s/^ *onKernel\(.*, \[([^]]*)\], '${program%.ts}(\/[a-z-]+)?\.js'.*/\1/p" test/kernel/*.test.ts | head -1 | tr -d "',")
    # shellcheck disable=SC2206
    command=(test/kernel/lab/boot.sh ${options-} node "$built") ;;
  test/kernel/*.test.ts)
    [ -z "$name" ] || fail "NAME= is for the file that runs in the lab, which $file names: test/kernel/guest/..."
    command=(tap --jobs=1 --timeout=0 "$built") ;;
  *.test.ts) command=(node "$built") ;;
  *) fail "$file is a part of tests: give the test" ;;
esac

[[ $file != *memory* ]] || make --no-print-directory -s dist/sanitized/{block-snapshot.node,allocated.node,engine}

output=$(mktemp)
trap 'rm -f "$output"' EXIT
[ -z "$name" ] || export TAP_GREP=$name
status=0
TAP_TIMEOUT=0 "${command[@]}" | tee "$output" || status=$?
if [ -n "$name" ] && ! grep -E '^(not )?ok ' "$output" | grep -qv '# SKIP'; then
  echo "check: no test in $file is called so: $name" >&2
  exit 1
fi
exit "$status"
