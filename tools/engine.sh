#!/bin/bash
# Finds the engine that runs the hot path, quickjs-ng: engine.sh FOLDER
#   FOLDER    gets include/quickjs.h, libqjs.a, with-parser/libqjs.a, compiler/libqjs.a and LICENSE
#   QUICKJS   where its source lies, when another is meant than those below
#   CC        the compiler for the program; CC_HERE, the one for what runs while that is built
# In this order: that source; what is installed for programs to be linked with (pkg-config qjs); the source that newer
# Debians have for embedding, fetched once into the cache without root. Of source the hot path gets an engine that knows
# bytecode alone, the renderer one that compiles as well; the one of the compiler is for the build.
set -euo pipefail
tools=$(dirname "${BASH_SOURCE[0]}")
. "$tools/cache.sh"
. "$tools/debian-packages.sh"
folder=$1
release=forky
cc=${CC:-cc}
cc_here=${CC_HERE:-$cc}
plain="-O1 -w -D_GNU_SOURCE"
hardened="-O3 -w -fPIE -fvisibility=hidden -fstack-protector-strong"
hardened+=" -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE -DNDEBUG"
say() { echo "engine: $*" >&2; }
fail() { say "$@" && exit 1; }

# library SOURCE INTO COMPILER FLAGS
library() {
  local part
  mkdir -p "$2"
  for part in quickjs libregexp libunicode dtoa; do
    # shellcheck disable=SC2086
    $3 $4 -c -o "$2/$part.o" "$1/$part.c" || fail "$3 cannot compile $1/$part.c"
  done
  ar rcs "$2/libqjs.a" "$2"/*.o
  rm "$2"/*.o
}

# compile SOURCE INTO : all at once
compile() {
  [ -f "$1/quickjs.c" ] || fail "$1 has no quickjs.c: it is not the source of quickjs-ng"
  library "$1" "$2" "$cc" "$hardened -DQJS_DISABLE_PARSER" &
  library "$1" "$2/with-parser" "$cc" "$hardened" &
  library "$1" "$2/compiler" "$cc_here" "$plain" &
  wait -n && wait -n && wait -n || exit 1
  mkdir "$2/include"
  cp "$1/quickjs.h" "$2/include/"
}

# What every copy of it has to say is what its header begins with.
license() { sed -n '/^ \*\//q; s/^\/\*$//; s/^ \* \{0,1\}//; p' "$1/include/quickjs.h" | sed '/./,$!d' >"$1/LICENSE"; }

# give FOLDER : what was found
give() {
  license "$1"
  grep -q 'Permission is hereby granted' "$1/LICENSE" || fail "$1/include/quickjs.h does not begin with its licence"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -r "$1"/{include,compiler,with-parser,libqjs.a,LICENSE} "$folder/"
  exit 0
}

installed() {
  local library include
  command -v pkg-config >/dev/null && pkg-config --exists qjs || return 1
  library=$(pkg-config --variable=libdir qjs)/libqjs.a
  include=$(pkg-config --variable=includedir qjs)
  [ -f "$library" ] || return 1
  [ -f "$include/quickjs.h" ] || include=$include/quickjs-ng
  [ -f "$include/quickjs.h" ] || return 1
  mkdir -p "$1/include" "$1/compiler" "$1/with-parser"
  cp "$library" "$1/" && cp "$library" "$1/compiler/" && cp "$library" "$1/with-parser/" && cp "$include/quickjs.h" "$1/include/"
}

# Several builds may want it at the same time: begin_in_cache ends the shell where it is there.
fetched() {
  local version
  command -v apt-get >/dev/null ||
    fail 'quickjs-ng is missing: install what Debian calls libqjs-dev, or give its source with QUICKJS=/path'
  version=$({ cat "${BASH_SOURCE[0]}" && $cc -dumpmachine && $cc -dumpfullversion; } | sha256sum | cut -c1-16)
  found=$cache/engine-$version
  (
    begin_in_cache "$found" libqjs.a engine-lock >/dev/null
    say "fetching quickjs-ng of Debian $release into $found (once)"
    if ! unpack_packages "$release" qjs-src >"$work.log" 2>&1; then
      reason=$(why_not "$work.log")
      rm -f "$work.log"
      fail "quickjs-ng is neither installed nor in the cache, and cannot be fetched ($reason): install what Debian calls" \
        'libqjs-dev, or give its source with QUICKJS=/path'
    fi
    rm "$work.log"
    compile "$work/root/usr/src/quickjs-ng" "$work/engine"
    mv "$work/engine" "$found"
  )
}

making=$(mktemp -d)
trap 'rm -rf "$making"' EXIT
if [ -n "${QUICKJS:-}" ]; then
  compile "$QUICKJS" "$making"
  give "$making"
fi
if installed "$making"; then give "$making"; fi
fetched
give "$found"
