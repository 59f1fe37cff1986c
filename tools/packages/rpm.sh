#!/bin/bash
# Makes rpm's packages of what make build has built, for Fedora and its relatives, into dist/packages: rpm.sh
#   PACKAGE_REVISION, DEBFULLNAME, DEBEMAIL, SOURCE_DATE_EPOCH    as for deb.sh
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/stage.sh"
maintainer="${DEBFULLNAME:-block-snapshot} <${DEBEMAIL:-block-snapshot@packages.invalid}>"
top=$dist/rpm
staged=$top/staged
CC=${CC:-cc}
# What the library is called there, and what Debian calls it.
fedoras=libdevmapper.so.1.02
debians=libdevmapper.so.1.02.1

# for_fedora : what asks for the library by the name that it has on the machine that builds is linked anew, with one that has
# Fedora's name; the functions and their versions are the same.
for_fedora() {
  local library file names=()
  library=$($CC -print-file-name=libdevmapper.so)
  mkdir "$top/library"
  cp -L "$library" "$top/library/$fedoras"
  ln -s "$fedoras" "$top/library/libdevmapper.so"
  if [ "$(patchelf --print-soname "$top/library/$fedoras")" = "$fedoras" ]; then return; fi
  patchelf --set-soname "$fedoras" "$top/library/$fedoras"
  mapfile -t names < <(grep -rlF "$debians" "$staged"/*/usr/lib/block-snapshot)
  make --no-print-directory -s -C "$project" DIST=dist/fedora LDFLAGS="-L$top/library" \
    "${names[@]/#*\//dist/fedora/}" >&2 || fail "what needs libdevmapper cannot be linked for Fedora"
  for file in "${names[@]}"; do install -m "$(stat -c %a "$file")" "$project/dist/fedora/${file##*/}" "$file"; done
  ! grep -rlF "$debians" "$staged"/*/usr/lib/block-snapshot >&2 || fail "libdevmapper has Debian's name in what is for Fedora"
}

# list PACKAGE : its files as rpm wants to be told. Folders that others may have as well are only taken away when they are
# empty and nobody's.
list() {
  local place
  while IFS= read -r place; do
    if [ -d "$staged/$1$place" ] && [ ! -L "$staged/$1$place" ]; then
      case $place in
      /usr/lib/block-snapshot* | */90wrap-root | /etc/libvirt/hooks/* | /usr/share/doc/* | /usr/share/licenses/*) echo "%dir $place" ;;
      /etc/libvirt* | /etc/xen* | /usr/lib/qubes | /usr/share/qubes* | /usr/lib/dracut* | /usr/share/initramfs-tools*)
        echo "%ghost %dir %verify(not mode user group) $place" ;;
      esac
    elif is_shared "$place"; then
      echo "%ghost $place"
    else
      case $place in
      /etc/libvirt/*) echo "$place" ;;
      /etc/*) echo "%config(noreplace) $place" ;;
      /usr/share/licenses/*) echo "%license $place" ;;
      /usr/share/doc/*) echo "%doc $place" ;;
      *) echo "$place" ;;
      esac
    fi
  done < <(cd "$staged/$1" && find . -mindepth 1 -printf '/%P\n' | sort)
}

# shared PACKAGE : PLACE=SOURCE, for beside.sh
shared() {
  local place target
  while IFS= read -r place; do
    is_shared "$place" || continue
    if [ -L "$staged/$1$place" ]; then
      target=$(readlink "$staged/$1$place")
      if [ "${target:0:1}" != / ]; then target=$(realpath -sm "${place%/*}/$target"); fi
      echo "$place=$target"
    else
      echo "$place=/usr/lib/block-snapshot/templates/${place#/usr/share/qubes/templates/}"
    fi
  done < <(cd "$staged/$1" && find . ! -type d -printf '/%P\n' | sort)
}

# The spec file, with the pieces of scripts/ that it names, for the package whose section they are in.
spec() {
  local line package=block-snapshot date
  date=$(date -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')
  while IFS= read -r line; do
    case $line in
    %*' -n '*) package=${line#* -n } && package=${package%% *} && echo "$line" ;;
    '#INCLUDE '*) sed "s|'SHARED'|'$(shared "$package" | paste -sd ' ')'|" "$tools/scripts/${line#* }" | grep -v '^#' |
        sed 's/%/%%/g' ;;
    *) echo "$line" ;;
    esac
  done <"$tools/rpm/block-snapshot.spec" |
    sed -e "s|VERSION|$version|; s|REVISION|$revision|; s|DATE|$date|; s|MAINTAINER|$maintainer|"
}

rm -rf "$top" "$dist"/*.rpm
mkdir -p "$top/lists"
stage "$staged"
for_fedora
# Debian's folder: Fedora's zsh looks into the other.
rm -r "$staged"/*/usr/share/zsh/vendor-completions
find "$staged" -path '*/usr/share/man/*' -type f -exec gzip -9n {} +
for package in $(all_packages); do
  documents=$staged/$package/usr/share/doc/$package licences=$staged/$package/usr/share/licenses/$package
  install -Dm 644 "$project/CHANGELOG.md" "$documents/CHANGELOG.md"
  install -Dm 644 "$project/LICENSE" "$licences/LICENSE"
  case $package in block-snapshot | block-snapshot-tools)
    inside "$package"
    install -m 644 "$dist/$package.licences" "$licences/LICENSE.others"
    [ ! -e "$dist/$package.licence-texts" ] || install -m 644 "$dist/$package.licence-texts" "$licences/LICENSE.texts"
    install -m 644 "$dist/$package.cdx.json" "$documents/"
    ;;
  esac
  list "$package" >"$top/lists/$package"
done
spec >"$top/block-snapshot.spec"
rpmbuild -bb --target x86_64 --define "_topdir $top/build" --define "staged $staged" --define "lists $top/lists" \
  "$top/block-snapshot.spec" >"$dist/rpm.log" 2>&1 ||
  { tail -n 20 "$dist/rpm.log" >&2 && fail "rpmbuild fails: see $dist/rpm.log"; }
mv "$top"/build/RPMS/*/*.rpm "$dist/"

# What Fedora is asked for, and that the packages' executables are ours, with the library that has Fedora's name.
wanted=$(rpm -qp --requires "$dist/block-snapshot-tools-$version-$revision.x86_64.rpm")
grep -qxF "$fedoras(Base)(64bit)" <<<"$wanted" && ! grep -qF "$debians" <<<"$wanted" ||
  fail "the package asks for another libdevmapper than Fedora's: $wanted"
unpacked=$top/unpacked
mkdir "$unpacked"
for package in block-snapshot block-snapshot-tools; do
  (cd "$unpacked" && rpm2archive - <"$dist/$package-$version-$revision.x86_64.rpm" | tar -xz)
done
LD_LIBRARY_PATH=$top/library prove_programs "$unpacked"
rm -r "$top"
ls "$dist"/*.rpm
