#!/bin/bash
# Makes Debian's packages of what make build has built, into dist/packages: deb.sh
#   PACKAGE_REVISION    counts the packages of one version: 1
#   DEBFULLNAME, DEBEMAIL   who answers for them
#   SOURCE_DATE_EPOCH   the time that all files in them are of: that of the last commit
# The folder debian/ is made beside them: what is the project's own of it lies in tools/packages/debian.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/stage.sh"
maintainer="${DEBFULLNAME:-block-snapshot} <${DEBEMAIL:-block-snapshot@packages.invalid}>"
source=$dist/deb/block-snapshot-$version
debian=$source/debian

# script NAME : a maintainer script, with the pieces of scripts/ that it names
script() {
  local line places= place package=${1%.*}
  while IFS= read -r place; do
    if is_shared "$place"; then places+=" $place"; fi
  done < <(cd "$source/staged/$package" && find . ! -type d -printf '/%P\n' | sort)
  while IFS= read -r line; do
    case $line in
    '#INCLUDE '*) sed -e "s|^package=PACKAGE\$|package=$package|" -e "s|'SHARED'|'${places# }'|" "$tools/scripts/${line#* }" ;;
    *) echo "$line" ;;
    esac
  done <"$tools/debian/$1" >"$debian/$1"
}

rm -rf "$dist/deb" "$dist"/*.deb
mkdir -p "$debian/source"
stage "$source/staged"
# Debian's zsh looks into vendor-completions, and the other is the administrator's.
rm -r "$source"/staged/*/usr/share/zsh/site-functions
# Debian has it as changelog.gz.
rm "$source/staged/block-snapshot/usr/share/doc/block-snapshot/CHANGELOG.md"
cp "$tools/debian/rules" "$debian/rules"
cp "$project/CHANGELOG.md" "$source/"
sed "s|MAINTAINER|$maintainer|" "$tools/debian/control" >"$debian/control"
echo '3.0 (quilt)' >"$debian/source/format"
cat >"$debian/changelog" <<END
block-snapshot ($version-$revision) unstable; urgency=medium

  * What changes is in changelog.gz.

 -- $maintainer  $(date -R -d "@$SOURCE_DATE_EPOCH")
END
for file in "$tools"/debian/*.{preinst,postinst,prerm,postrm}; do [ ! -e "$file" ] || script "${file##*/}"; done
for package in $(all_packages); do
  for file in "$tools"/debian/{all,"$package"}.lintian-overrides; do
    [ ! -e "$file" ] || cat "$file" >>"$debian/$package.lintian-overrides"
  done
  {
    cat "$tools/own-licence"
    case $package in block-snapshot | block-snapshot-tools)
      inside "$package"
      cat "$dist/$package.licences"
      install -Dm 644 "$dist/$package.cdx.json" "$source/staged/$package/usr/share/doc/$package/$package.cdx.json"
      ;;
    esac
  } >"$debian/$package.copyright"
done
(cd "$source" && dpkg-buildpackage --build=binary --unsigned-changes --unsigned-buildinfo) >"$dist/deb.log" 2>&1 ||
  { tail -n 20 "$dist/deb.log" >&2 && fail "dpkg-buildpackage fails: see $dist/deb.log"; }
mv "$dist"/deb/*.deb "$dist/"

# What is in the packages is what was built, whatever was done on the way.
unpacked=$dist/deb/unpacked
mkdir "$unpacked"
for package in block-snapshot block-snapshot-tools; do
  dpkg-deb -x "$dist/${package}_$version-${revision}_amd64.deb" "$unpacked"
done
prove_programs "$unpacked"
rm -r "$dist/deb"
ls "$dist"/*.deb
