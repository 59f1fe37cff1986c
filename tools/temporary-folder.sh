#!/bin/bash
# Prints the folder for temporary files: TMPDIR, else /tmp, or where programs cannot be run in there (mounted noexec),
# /var/tmp, or the cache. User-mode Linux keeps its memory in one, and tests put programs there.
set -euo pipefail
. "$(dirname "$0")/cache.sh"

runs_programs() {
  local program status=0
  program=$(mktemp "$1/block-snapshot-XXXXXX" 2>/dev/null) || return 1
  printf '#!/bin/sh\n' >"$program"
  chmod 700 "$program"
  "$program" 2>/dev/null || status=1
  rm -f "$program"
  return "$status"
}

for folder in "${TMPDIR:-/tmp}" /var/tmp "$cache/tmp"; do
  [ "$folder" != "$cache/tmp" ] || mkdir -p "$folder" 2>/dev/null || continue
  if runs_programs "$folder"; then
    echo "$folder"
    exit 0
  fi
done
echo "make: programs can be run neither in ${TMPDIR:-/tmp} nor in /var/tmp nor in $cache: say with TMPDIR= where they can" >&2
exit 1
