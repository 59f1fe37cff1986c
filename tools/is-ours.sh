#!/bin/bash
# Proves that executables are ours, after everything was done to the files: is-ours.sh VERSION FILE...
# The larger one is a runtime with our program behind it, which strip takes away: what is left runs, and is the runtime
# itself, which does whatever it is told to by files that lie around.
set -euo pipefail
version=$1
shift
for file; do
  said=$(env -i ${LD_LIBRARY_PATH:+LD_LIBRARY_PATH="$LD_LIBRARY_PATH"} timeout 30 "$file" --version 2>&1 </dev/null) || :
  [[ $said =~ ^(block-snapshot|domain-xml)\ ${version//./\\.}( |$) ]] && continue
  echo "make: $file is not ours any more, says that it is \"${said%%$'\n'*}\", not block-snapshot $version: was it stripped? build it anew, and never strip it" >&2
  exit 1
done
