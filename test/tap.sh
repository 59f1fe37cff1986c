#!/bin/bash
# Runs tests with tap, to an end by the clock, and names at the very end whatever failed, and how: tap.sh MINUTES ARGUMENTS...
#   MINUTES    after which they are ended, all of them; TEST_MINUTES= is another limit, for slow machines
#   ARGUMENTS  tap's own
# What failed is added to build/failed.txt as well: of two that run at once, one ends before the other.
# Exit status: tap's; 124 where the time was over.
set -uo pipefail
cd "$(dirname "$0")/.."

minutes=${TEST_MINUTES:-$1}
shift
output=$(mktemp)
trap 'rm -f "$output"' EXIT
status=0
timeout --kill-after=30 "${minutes}m" tap "$@" | tee "$output" || status=$?
[ "$status" -ne 0 ] || exit 0

# The names around a failed check are those of the subtests that were begun, with less indentation, before it. What
# failed only because a check in it did is not named by itself.
{
  echo "failed:"
  awk '
    { depth = match($0, /[^ ]/) - 1 }
    /^ *# Subtest: / { begun[depth] = substr($0, depth + 12); next }
    /^ *not ok [0-9]+ / && !/# (TODO|SKIP)/ {
      if (!failed_inside[depth] || /timeout!/) {
        path = ""
        for (around = 0; around < depth; around += 4) path = path begun[around] ": "
        print "  " path substr($0, depth + 1)
        shown = named++ < 5 ? 12 : 0
      }
      failed_inside[depth] = 0
      if (depth >= 4) failed_inside[depth - 4] = 1
      next
    }
    /^ *(ok|\.\.\.)/ { shown = 0 }
    shown-- > 0
  ' "$output"
  ! grep -qE '^ *not ok .*timeout!' "$output" || echo "  a file may take ${TEST_FILE_SECONDS:-600} seconds (TEST_FILE_SECONDS= gives it more)"
  if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
    echo "  not done after $minutes minutes (TEST_MINUTES= gives them more), ended in: $(grep -E '^ *# Subtest: ' "$output" | tail -1 | sed 's/^ *# Subtest: //')"
  fi
} | tee -a build/failed.txt
exit "$status"
