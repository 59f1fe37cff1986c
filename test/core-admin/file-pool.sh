#!/bin/bash
# Has core-admin's file pool, of a checkout, make its devices with our pair in the lab: file-pool.sh CHECKOUT
# Prints what came of it, in lines that begin with what is counted; exit status: that of the checks.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

output=$(mktemp)
trap 'rm -f "$output"' EXIT
test/kernel/lab/boot.sh --minutes 30 node build/test/core-admin/file-pool.js "$(realpath "$1")" >"$output"
status=$?
# The innermost lines are the checks; what fails is shown with what follows it.
grep -A30 '^        not ok' "$output"
grep -E '^(not )?ok ' "$output" | sed 's/ # time=.*//'
echo "$(grep -cE '^        (not )?ok ' "$output") checks, $(grep -c '^        not ok ' "$output") failed"
exit "$status"
