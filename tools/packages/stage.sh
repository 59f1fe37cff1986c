# shellcheck shell=bash
# What both kinds of package are made of: part of deb.sh and rpm.sh. A folder for each package, as etc/install.sh, which has
# the one list of what goes where, fills it.

project=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
tools=$project/tools/packages
dist=$project/dist/packages
version=$(sed -n 's/^ *"version": "\(.*\)",/\1/p' "$project/package.json")
# Counts the packages of one version: each that is published needs a higher one.
revision=${PACKAGE_REVISION:-1}
# Every time in the packages is that of the last change to the sources.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$project" log -1 --format=%ct 2>&1)} || :
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

fail() {
  echo "packages: $*" >&2
  exit 1
}
[[ $SOURCE_DATE_EPOCH =~ ^[0-9]+$ ]] ||
  fail 'this is no clone of git: say with SOURCE_DATE_EPOCH= which time the packages are of, in seconds since 1970'
[[ $revision =~ ^[0-9]+$ ]] || fail "PACKAGE_REVISION has to be a number (not '$revision')"

# Lines that say something, of a list that lies beside.
lines() { grep -v '^#' "$tools/$1"; }
all_packages() { lines parts | cut -d ' ' -f 1 | awk '!seen[$0]++' | sort; }

package_of() {
  local package pattern
  while read -r package pattern; do
    # shellcheck disable=SC2053
    if [[ $1 == $pattern ]]; then echo "$package" && return; fi
  done < <(lines parts)
  fail "tools/packages/parts has no package for $1"
}

is_shared() {
  local pattern
  while read -r pattern; do
    # shellcheck disable=SC2053
    if [[ $1 == $pattern ]]; then return 0; fi
  done < <(lines shared)
  return 1
}

# stage FOLDER : gets a folder for each package. The record for make uninstall, and the line in AppArmor's files, are not
# files of packages: dpkg and rpm keep records of their own, and the line is their scripts' work. The engine's licence is
# in the file of all licences.
stage() {
  local everything=$1/everything package place
  rm -rf "$1"
  mkdir -p "$everything"
  for place in install install-vm; do
    env -u PREFIX -u SYSCONFDIR DESTDIR="$everything" "$project/etc/install.sh" "$place" >>"$1/installed.log" ||
      fail "make $place fails: see $1/installed.log"
  done
  rm "$everything"/usr/lib/block-snapshot/{manifest,LICENSE.quickjs-ng} "$everything/usr/lib/block-snapshot-vm/manifest"
  rm -r "$everything/etc/apparmor.d"
  for package in $(all_packages); do mkdir "$1/$package"; done
  while IFS= read -r place; do
    package=$(package_of "$place")
    mkdir -p "$1/$package${place%/*}"
    mv "$everything$place" "$1/$package$place"
  done < <(cd "$everything" && find . ! -type d -printf '/%P\n' | sort)
  find "$everything" -type d -empty -delete
  rm "$1/installed.log"
}

# inside PACKAGE : what lies inside its executables, as people read it (licences) and as programs do (sbom), in dist/packages.
inside() {
  local entries=hot parts=--engine
  if [ "$1" = block-snapshot-tools ]; then
    entries=$(cd "$project/src" && for file in *.ts; do [ "$file" = hot.ts ] || echo "${file%.ts}"; done)
    parts=--bun
    # More than one of them: the others run on the engine.
    [ "$entries" = main ] || parts+=' --engine'
  fi
  # shellcheck disable=SC2086
  (cd "$project" && node_modules/@oven/bun-linux-x64-baseline/bin/bun tools/packages/inside.ts "$1" "$dist" $parts $entries) ||
    fail "what lies inside $1 cannot be told"
}

# prove_programs FOLDER : the executables that were unpacked there say our name and version, or are what was built.
prove_programs() {
  local programs=() name
  mapfile -t programs < <(find "$1/usr/lib/block-snapshot" -maxdepth 1 -type f -perm /111 ! -name '*.node' ! -name udev-complete)
  [ "${#programs[@]}" -ge 2 ] || fail 'the executables are missing in the packages'
  "$project/tools/is-ours.sh" "$version" "${programs[@]}" || fail 'an executable of the packages is not ours'
  for name in block-snapshot-tools udev-complete; do
    cmp "$1/usr/lib/block-snapshot/$name" "$project/dist/$name" || fail "$name of the packages is not what was built"
  done
}
