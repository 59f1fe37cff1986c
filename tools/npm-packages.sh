#!/bin/bash
# Brings what npm has for this project, exactly as the lock file says; without a network, from what npm has kept. Where it
# cannot, it says so in one line, and at once: npm itself tries for minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/cache.sh
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Where there is no folder of the user's own, npm keeps what it fetches where all else is kept.
[ -w "$home" ] || export npm_config_cache=${npm_config_cache:-$cache/npm}

why_not() { sed -nE 's/^npm (error|ERR!) *//p' "$log" | grep -m 1 -E 'request to|EACCES|ENOSPC|integrity|sync|permission' || tail -n 1 "$log"; }
if npm view node-api-headers version --fetch-retries=0 >"$log" 2>&1; then
  npm ci --no-progress >"$log" 2>&1 && exit 0
  echo "make: npm ci has failed: $(why_not)" >&2
else
  network=$(why_not)
  npm ci --no-progress --offline >"$log" 2>&1 && exit 0
  echo "make: npm cannot fetch what package-lock.json lists, and has not kept all of it from before: $network" >&2
fi
exit 1
