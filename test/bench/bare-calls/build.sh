#!/bin/bash
# Compiles bare-calls, linked with nothing that has to be loaded: build.sh PROGRAM
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"${CC:-cc}" -std=gnu17 -Wall -Wextra -Werror -O2 -static -o "$1" "$here"/*.c \
  "$here"/../../../src/native/engine/device-mapper/*.c
