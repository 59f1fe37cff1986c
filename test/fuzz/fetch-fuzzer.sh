#!/bin/bash
# Brings what make fuzz runs, once, into ~/.cache/block-snapshot: Jazzer.js (libFuzzer for JavaScript), of the versions in fuzzer/package-lock.json,
# and, where this machine's C library is older than the one that it is built for, a newer one to run Node on. Prints the folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../tools/cache.sh"
. "$here/../../tools/debian-packages.sh"
releases=${FUZZER_RELEASE:-trixie forky}
version=$(echo "$releases" | cat - "${BASH_SOURCE[0]}" "$here/fuzzer/package-lock.json" | sha256sum | cut -c1-16)
folder=$cache/fuzzer-$version
say() { echo "fuzz: $*" >&2; }

begin_in_cache "$folder" run fuzzer-lock

# with_fuzzer : into $work/image, which has been begun.
with_fuzzer() {
  cp "$here"/fuzzer/package*.json "$work/image/" &&
    # Nothing of it is built, and no script of a package is run: what it needs is in there.
    npm ci --prefix "$work/image" --ignore-scripts --no-fund --no-audit
}

# run FOLDER PROGRAM... is `node PROGRAM...` on the C library in FOLDER.
on_another_library() {
  unpack_packages "$1" libc6 libstdc++6 libgcc-s1 gcc-14-base && mkdir "$work/image" && mv "$work/root/usr/lib" "$work/image/lib" || return 1
  cat >"$work/image/run" <<'RUN'
#!/bin/bash
libraries=$(echo "$(dirname "$0")"/lib/*-linux-gnu)
exec "$libraries"/ld-linux-*.so.2 --library-path "$libraries" "$(readlink -f "$(command -v node)")" "$@"
RUN
  with_fuzzer
}

loads() { "$work/image/run" -e 'require(process.argv[1])' "$work/image/node_modules/@jazzer.js/fuzzer"; }

say "fetching Jazzer.js into $folder (once)"
mkdir "$work/image"
printf '#!/bin/bash\nexec node "$@"\n' >"$work/image/run"
if ! with_fuzzer >"$work.log" 2>&1; then
  say "Jazzer.js is needed and cannot be fetched ($(grep -m 1 error "$work.log" || tail -n 1 "$work.log")): let npm reach its registry"
  rm -f "$work.log"
  exit 1
fi
rm -f "$work.log"
chmod +x "$work/image/run"
if loads 2>/dev/null; then
  mv "$work/image" "$folder"
  echo "$folder"
  exit 0
fi
made() { on_another_library "$1" && chmod +x "$work/image/run" && loads; }
# shellcheck disable=SC2086
keep_from fuzzer "$folder" 'the C library' made $releases
say "Jazzer.js does not run on this machine's C library, and a newer one cannot be fetched ($reason): let apt-get reach a mirror of Debian"
exit 1
