# shellcheck shell=bash
# Sourced by run.sh: the packages are made twice, in folders of other names, and looked at by lintian and rpmlint.

# copy FOLDER : the sources as they are here, and what npm has brought
copy() {
  rm -rf "$1"
  mkdir -p "$1"
  (cd "$project" && git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T -) | tar -x -C "$1"
  cp -al "$project/node_modules" "$1/" 2>/dev/null || cp -a "$project/node_modules" "$1/"
  cp --remove-destination "$project/node_modules/.package-lock.json" "$1/node_modules/"
}

# make_in FOLDER REVISION INTO
make_in() {
  copy "$1" &&
    SOURCE_DATE_EPOCH=$time PACKAGE_REVISION=$2 make --no-print-directory -C "$1" deb rpm &&
    rm -rf "$3" && mkdir "$3" && mv "$1"/dist/packages/*.{deb,rpm} "$3/" && rm -rf "$1"
}

sums() { (cd "$1" && sha256sum ./*.deb ./*.rpm); }

built_twice() {
  local time
  time=$(git -C "$project" log -1 --format=%ct)
  check 'the packages are made' make_in "$work/first" 1 "$work/1"
  check 'they are made again in a folder of another name' make_in "$work/another-folder" 1 "$work/again"
  check 'both are the same to the byte' equal "$(sums "$work/again")" "$(sums "$work/1")"
  check 'no path of the folders is in them' no_paths
  check 'what lies inside is named with its licence, and the texts are there' has_licences
  check 'a newer revision is made' make_in "$work/first" 2 "$work/2"
  check 'lintian has nothing to say that is not explained' says '' lintian --allow-root --fail-on none "$work"/1/*.deb
  check 'rpmlint has nothing to say that is not explained' says '*; 0 errors, 0 warnings,*' \
    rpmlint -c "$project/tools/packages/rpm/rpmlint.toml" "$work"/1/*.rpm
  rm -rf "$work/again"
}

no_paths() {
  local file folder=$work/unpacked
  for file in "$work"/1/*.deb; do
    rm -rf "$folder" && mkdir "$folder" && dpkg-deb -R "$file" "$folder" || return 1
    ! grep -rlF "$work" "$folder" || return 1
  done
  for file in "$work"/1/*.rpm; do
    rm -rf "$folder" && mkdir "$folder" && (cd "$folder" && rpm2archive - <"$file" | tar -xz) || return 1
    ! grep -rlF "$work" "$folder" || return 1
    ! rpm -qp --xml "$file" | grep -F "$work" || return 1
  done
  rm -r "$folder"
}

# Debian has the texts in base-files, for all packages; elsewhere the package brings them.
has_licences() {
  local file folder=$work/unpacked deb rpm
  deb=$(echo "$work"/1/block-snapshot-tools_*.deb)
  rpm=$(echo "$work"/1/block-snapshot-tools-*.rpm)
  rm -rf "$folder" && mkdir -p "$folder/deb" "$folder/rpm" && dpkg-deb -x "$deb" "$folder/deb" &&
    (cd "$folder/rpm" && rpm2archive - <"$rpm" | tar -xz) || return 1
  for file in "$folder/deb/usr/share/doc/block-snapshot-tools/copyright" "$folder/rpm/usr/share/licenses/block-snapshot-tools/LICENSE.others"; do
    grep -q '^JavaScriptCore and WebCore (LGPL-2.0-or-later)' "$file" || { echo "$file" && return 1; }
  done
  grep -q 'GNU LIBRARY GENERAL PUBLIC LICENSE' "$folder/rpm/usr/share/licenses/block-snapshot-tools/LICENSE.texts" || return 1
  rm -r "$folder"
}
