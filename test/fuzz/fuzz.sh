#!/bin/bash
# Looks for inputs that break a reader of what is hostile, guided by what they reach in it: fuzz.sh [TARGET...]
#   TARGET      of test/fuzz/targets; without, all of them, as many at once as there are processors
#   SECONDS_EACH=600   how long each is looked through
#   KEEP=1      keeps in test/fuzz/corpus what was found on the way: an input for each place that is reached, as short as they were found
# What breaks one is left in .fuzz/TARGET, and shown as the line to put into its corpus. Exit status 1 where there is any.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${SECONDS_EACH:-600}
fuzzer=$(test/fuzz/fetch-fuzzer.sh)
# What an input may take, in milliseconds by the clock: the machine may have other things to do.
LONGEST=60000
bun=node_modules/@oven/bun-linux-x64-baseline/bin/bun

# one TARGET : looks through it.
one() {
  local target=$1 folder=.fuzz/$1
  rm -rf "$folder"
  mkdir -p "$folder"
  node build/test/fuzz/folders.js unpack "$target" "$folder/inputs"
  # One file that the fuzzer takes apart: Jazzer.js counts what is reached in CommonJS alone.
  "$bun" build "test/fuzz/targets/$target.ts" --target=node --format=cjs --outfile "$folder/bundle.cjs" >/dev/null
  # What yargs has besides, for configurations that lie elsewhere, is not for CommonJS.
  sed 's/import\.meta\.resolve/require.resolve/g' "$folder/bundle.cjs" >"$folder/bundle.js"
  echo '{ "type": "commonjs" }' >"$folder/package.json"
  echo "exports.fuzz = require('./bundle.js').fuzz;" >"$folder/target.js"
  jazzer "$folder" inputs -max_total_time="$seconds" -max_len=8192 -print_final_stats=1 >"$folder/log" 2>&1 || {
    echo "make: fuzz: $target is broken, see $folder/log: $(grep -m 1 -E 'Error|Broken|ERROR|timeout' "$folder/log")" >&2
    for input in "$folder"/crash-* "$folder"/timeout-* "$folder"/oom-*; do
      [ ! -e "$input" ] || node build/test/fuzz/folders.js show "$target" "$input" >&2
    done
    return 1
  }
  [ -z "${KEEP-}" ] || node build/test/fuzz/folders.js pack "$target" "$folder/inputs"
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/log") inputs in $seconds s, $(sed -n 's/.*DONE *cov: \([0-9]*\).*/\1/p' "$folder/log") places reached"
}

# jazzer FOLDER CORPUS OPTION... : CORPUS are folders of inputs, OPTIONs libFuzzer's own.
jazzer() {
  local folder=$1 corpus=$2
  shift 2
  # shellcheck disable=SC2086
  (cd "$folder" && exec "$fuzzer/run" "$fuzzer/node_modules/@jazzer.js/core/dist/cli.js" target $corpus -i bundle.js --timeout "$LONGEST" -- "$@")
}

[ $# -gt 0 ] || set -- $(node build/test/fuzz/folders.js names)
failed=0
for target; do
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || failed=1; done
  one "$target" &
done
while [ "$(jobs -p | wc -l)" -gt 0 ]; do wait -n || { status=$?; [ "$status" != 127 ] || break; failed=1; }; done
exit "$failed"
