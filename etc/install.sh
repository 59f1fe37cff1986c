#!/bin/bash
# What make install puts where, and make uninstall takes away again: install.sh install|uninstall, and what make install-vm
# puts into a VM's own system: install.sh install-vm|uninstall-vm
#   DESTDIR      what stands for the root of the machine, for packages and tests
#   PREFIX       /usr: where the program goes (PREFIX/lib/block-snapshot) and its names for people (PREFIX/bin)
#   SYSCONFDIR   /etc: where Xen and libvirt, which may have been built for another place, look for scripts and hooks
# All else is where it is looked for, whatever these say: the documents, udev, systemd, qubesd and AppArmor know one
# place.
#
# Nothing of others is ever lost:
# - What is ours is on record in PREFIX/lib/block-snapshot/manifest, which is written before anything is done: files
#   with their SHA-256, links with their target, the folders that were missing. Uninstalling takes what is on record
#   and is still the same to the byte; a folder that was made goes when it is empty. A file that was there before,
#   even one with the same bytes, belongs to whoever put it there.
# - What others have in our place becomes PLACE.distrib (a second name first, so that the place is never empty). When
#   it is ours that is taken away, it comes back. When others have put something there since, that stays, and so does
#   the .distrib.
# - Installing again over that newer one makes it the .distrib: the older .distrib becomes .distrib.1 (or the next
#   number that is free), as does one that was there before we came, which gets its name back in the end.
# - A link to our program that was there before is as good as ours and stays, unless it leads nowhere without us: what
#   was installed before there was a manifest, or whose library folder was removed by hand.
# - Configuration and templates yield: whatever is there already is used, not ours.
# - Everything is made in a folder beside its place and renamed there: at every moment there is the former one or the
#   new one, and nobody who lists the folder (libvirt runs every file in qemu.d) sees half of one.
# The first error ends it, with one line; what was done until then is on record, and uninstalling takes it back.
set -euo pipefail
umask 022
export LC_ALL=C

HEADER="What make install of block-snapshot has put here, for make uninstall: kind, what it was, place."
clone=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
root=${DESTDIR:-}
[ -z "$root" ] || [ "${root:0:1}" = / ] || root=$PWD/$root
root=${root%"${root##*[!/]}"}
fail() {
  echo "block-snapshot: $*" >&2
  exit 1
}
prefix=${PREFIX:-/usr}
prefix=${prefix%/}
sysconf=${SYSCONFDIR:-/etc}
sysconf=${sysconf%/}
library=$prefix/lib/block-snapshot
program=$library/block-snapshot
parts=list
case ${1:-} in *-vm)
  # Its places are fixed in what makes an initramfs.
  library=/usr/lib/block-snapshot-vm
  program=$library/wrap-root
  parts=list_vm
  ;;
esac
manifest=$library/manifest
apparmor_rule="$program PUx,"
for folder in "$prefix" "$sysconf"; do
  [[ $folder =~ ^(/[A-Za-z0-9_+-][A-Za-z0-9_+.-]*)+$ ]] ||
    fail "PREFIX and SYSCONFDIR have to be absolute paths of letters, digits and _ + - . (not '$folder')"
done
# shellcheck source=etc/install/manifest.sh
. "$clone/etc/install/manifest.sh"
# shellcheck source=etc/install/places.sh
. "$clone/etc/install/places.sh"
# shellcheck source=etc/install/vm.sh
. "$clone/etc/install/vm.sh"
# shellcheck source=etc/install/apparmor.sh
. "$clone/etc/install/apparmor.sh"
# shellcheck source=etc/install/what-stays.sh
. "$clone/etc/install/what-stays.sh"

# Everything that is installed, in the order in which it is put there; it is taken away in the opposite one. A line
# each: KIND MODE SOURCE PLACE, where the source is a file of the clone, or the target of a link.
#   file, link   ours replaces what others have there   yield   ours is put where there is nothing   line   AppArmor's
list() {
  local name
  # The library. What is used comes before what uses it: a call that starts in between finds the former program with the
  # new addon, or the new larger program, which have all that it needs; the other way round it would miss what is new.
  echo "file 755 dist/block-snapshot.node $library/block-snapshot.node"
  echo "file 755 dist/block-snapshot-tools $library/block-snapshot-tools"
  echo "file 644 dist/engine/LICENSE $library/LICENSE.quickjs-ng"
  echo "file 755 dist/domain-xml $library/domain-xml"
  echo "file 755 dist/block-snapshot $program"
  # Before the rule that names it; the rule looks whether it is there.
  echo "file 755 dist/udev-complete $library/udev-complete"
  # Templates, a copy for comparison and those that are used, and the configuration.
  (cd "$clone/templates" && find libvirt -name '*.xml' | sort) | while read -r name; do
    echo "file 644 templates/$name $library/templates/$name"
    echo "yield 644 templates/$name /usr/share/qubes/templates/$name"
  done
  echo "yield 644 etc/block-snapshot.conf /etc/block-snapshot.conf"
  echo "yield 644 etc/logrotate/block-snapshot /etc/logrotate.d/block-snapshot"
  for name in 09 60; do
    echo "file 644 etc/udev/$name-block-snapshot.rules /usr/lib/udev/rules.d/$name-block-snapshot.rules"
  done
  echo "file 644 etc/tmpfiles/block-snapshot.conf /usr/lib/tmpfiles.d/block-snapshot.conf"
  # What people read, and what completes what they type.
  [ ! -d "$clone/dist/share" ] || (cd "$clone/dist/share" && find . -type f | sort) | while read -r name; do
    echo "file 644 dist/share/${name#./} $prefix/share/${name#./}"
  done
  (cd "$clone" && find README.md CHANGELOG.md SECURITY.md docs -type f ! -name 'test-*' | sort) | while read -r name; do
    echo "file 644 $name /usr/share/doc/block-snapshot/$name"
  done
  # What people and qubesd call: relative links, which work below DESTDIR too.
  for name in block-snapshot domain-xml; do echo "link - ../lib/block-snapshot/$name $prefix/bin/$name"; done
  for name in create-snapshot destroy-snapshot; do
    echo "link - $(realpath -sm --relative-to=/usr/lib/qubes "$program") /usr/lib/qubes/$name"
  done
  # Xen's scripts: hotplug/ has a link for each name that libxl calls, which tells the type of the device.
  for name in "$clone"/hotplug/*; do echo "link - $program $sysconf/xen/scripts/${name##*/}"; done
  # AppArmor looks at the file behind the link of libvirt's hook, which the profiles of libvirt's daemons do not let
  # them run: without this line no domain would start any more. It is read by profiles that come later, too.
  for name in libvirtd virtqemud virtxend; do echo "line - - /etc/apparmor.d/local/usr.sbin.$name"; done
  # libvirt's hooks, in the folders for several (libvirt 6.5 and later), where those of others stay.
  for name in qemu libxl; do echo "link - $program $sysconf/libvirt/hooks/$name.d/block-snapshot-$name"; done
}

lock() {
  exec 9<"$root$library"
  flock -n 9 || fail "somebody else installs or uninstalls below $root$library at this moment: try again afterwards"
}

# Everything is looked at before anything is changed.
check_install() {
  local kind mode source place
  [ "$parts" = list_vm ] || [ -d "$clone/dist/share" ] || fail "dist/share is missing: make build"
  for entry in "${entries[@]}"; do
    read -r kind mode source place <<<"$entry"
    case $kind in file | yield) [ -f "$clone/$source" ] || fail "$source is missing: make build" ;; esac
    [ ! -d "$root$place" ] || [ -L "$root$place" ] || fail "$root$place is a folder: nothing was changed"
    check_folder "${place%/*}"
  done
}

# The folders that are missing, the one that stands for the root among them.
missing_folders() {
  local folder
  for entry in "${entries[@]}"; do
    folder=${entry##* }
    while folder=${folder%/*} && [ -n "$folder" ]; do there "$folder" || echo "$folder"; done
  done
  [ -z "$root" ] || [ -e "$root" ] || echo /
}

install_all() {
  local kind mode source place key missing
  local -A others=() stays=() now=() sums=()
  check_install
  set_sums
  missing=$(missing_folders)
  mkdir -p "$root$library"
  lock
  read_manifest
  clear_staging
  settle_returned
  for place in $missing; do recorded[folder $place]="- "; done
  for entry in "${entries[@]}"; do
    read -r kind mode source place <<<"$entry"
    [ "$kind" != line ] || continue
    if [ "$kind" = link ]; then now[link $place]=$source; else now[file $place]=${sums[$source]}; fi
    if there "$place" && ! ours "$kind" "$place"; then
      case $kind in
      yield) stays[$place]=yes && unset "now[file $place]" && echo "kept $root$place, which is there already" ;;
      *) if leads_to "$source" "$place"; then unset "now[link $place]"; else others[$place]=yes; fi ;;
      esac
    fi
  done
  for key in "${!now[@]}"; do if [ -z "${others[${key#* }]:-}" ]; then add "$key" "${now[$key]}"; fi; done
  write_manifest
  for entry in "${entries[@]}"; do
    read -r kind mode source place <<<"$entry"
    if [ "$kind" = line ]; then
      put_line "$place"
    elif [ -z "${stays[$place]:-}" ]; then
      # Only then is it ours: what they have may be the same to the byte.
      if [ -n "${others[$place]:-}" ]; then keep "$place" && note "$kind" "${now[$kind $place]}" "$place"; fi
      put "$kind" "$mode" "$source" "$place"
    fi
  done
  take_obsolete
  for key in "${!now[@]}"; do recorded[$key]="${now[$key]} "; done
  write_manifest
  unstage
}

# What is on record and no longer in the list: an earlier version's.
take_obsolete() {
  local key place
  for key in "${!recorded[@]}"; do
    place=${key#* }
    case $key in file\ * | link\ *) [[ $listed != *" $place"$'\n'* ]] || continue ;; *) continue ;; esac
    take "${key%% *}" '' "$place"
    unset "recorded[$key]" "recorded[kept $place]" "recorded[shifted $place]"
  done
}

uninstall_all() {
  local kind mode source place key number
  [ ! -d "$root$library" ] || lock
  read_manifest
  [ -n "$had_manifest" ] || echo "nothing is on record that make install has put there: $root$manifest is missing"
  for key in "${!recorded[@]}"; do
    place=${key#* }
    if there "$place"; then check_folder "${place%/*}"; fi
  done
  clear_staging
  settle_returned
  # Whole, for notes to be added to.
  [ -z "$had_manifest" ] || write_manifest
  if ! there "$program" || { ours file "$program" && [ -z "${recorded[kept $program]:-}" ]; }; then program_goes=yes; fi
  for ((number = ${#entries[@]} - 1; number >= 0; number--)); do
    read -r kind mode source place <<<"${entries[number]}"
    if [ "$kind" = line ]; then take_line "$place"; else take "$kind" "$source" "$place"; fi
  done
  unstage
  [ -n "$had_manifest" ] || return 0
  take_obsolete
  unstage
  remove_folders
  rm "$root$manifest"
  remove_folders
  say_what_stays
}

# The deepest first; what somebody uses stays.
remove_folders() {
  local key folder
  for key in "${!recorded[@]}"; do
    if [ "${key%% *}" = folder ]; then echo "${key#* }"; fi
  done | sort -r | while read -r folder; do
    [ ! -d "$root$folder" ] || [ -L "$root$folder" ] || rmdir --ignore-fail-on-non-empty "$root$folder" || :
  done
}

program_goes=
listed=$($parts)$'\n'
mapfile -t entries <<<"${listed%$'\n'}"
case ${1:-} in
install)
  install_all
  [ "$prefix" = /usr ] || echo "below $prefix are only the program and its names: all else is where it is looked for"
  [ "$sysconf" = /etc ] || echo "below $sysconf are only Xen's scripts and libvirt's hooks: the rest is below /etc"
  echo "installed: $root$program, and what leads to it; make uninstall takes it away"
  ;;
uninstall) uninstall_all ;;
install-vm)
  install_all
  echo "installed: $root$program, and what puts it into an initramfs; make uninstall-vm takes it away"
  say_how_to_make_initramfs
  ;;
uninstall-vm)
  uninstall_all
  say_how_to_make_initramfs
  ;;
*) fail "usage: install.sh install|uninstall|install-vm|uninstall-vm, with DESTDIR, PREFIX and SYSCONFDIR in the environment" ;;
esac
