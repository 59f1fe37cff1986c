# shellcheck shell=bash
# One place: whose it is, how ours comes there and what is there without ours. Part of etc/install.sh.

# Seen before anything is changed: a place that cannot be written.
check_folder() {
  local path=$root$1
  while [ -n "$path" ] && [ ! -e "$path" ] && [ ! -L "$path" ]; do path=${path%/*}; done
  path=${path:-/}
  [ -d "$path" ] || fail "$path has to be a folder: nothing was changed"
  [ -w "$path" ] || fail "$path cannot be written: nothing was changed"
}
there() { [ -e "$root$1" ] || [ -L "$root$1" ]; }
# Sets sum. Here no process is started that can be done without: there are hundreds of places.
set_sum() {
  sum=$(sha256sum <"$1") || return
  sum=${sum%% *}
}
# Sets sums, of all files of the clone that are installed.
set_sums() {
  local kind mode source place sum all files=()
  for entry in "${entries[@]}"; do
    read -r kind mode source place <<<"$entry"
    case $kind in file | yield) files+=("$source") ;; esac
  done
  all=$(cd "$clone" && sha256sum -- "${files[@]}")
  while read -r sum source; do sums[$source]=$sum; done <<<"$all"
}

# Sets beside. Where what others have in a place is kept: not among libvirt's hooks, nor among those of initramfs-tools,
# which are all run, whatever they are called.
set_beside() {
  case $1 in
  */initramfs-tools/*) beside=${1%/*}-${1##*/}.distrib ;;
  */libvirt/hooks/*.d/*) beside=${1%/*/*}/${1##*/}.distrib ;;
  *) beside=$1.distrib ;;
  esac
}

# A folder beside the place to make something in, and the way from there. It stays until something is made elsewhere.
staging=
stage() {
  [ "$staging" != "$root$1/.block-snapshot.new" ] || return 0
  unstage
  staging=$root$1/.block-snapshot.new
  mkdir -p "$staging"
}
move() { mv -fT "$staging/new" "$root$1"; }
unstage() {
  [ -z "$staging" ] || rmdir "$staging"
  staging=
}
trap '[ -z "$staging" ] || rm -rf "$staging"' EXIT
# What a kill has left of them.
clear_staging() {
  local place
  for place in "${!recorded[@]}" "${entries[@]}"; do
    place=${place##* }
    [ ! -d "$root${place%/*}/.block-snapshot.new" ] || rm -rf "$root${place%/*}/.block-snapshot.new"
  done
}

# Whether what is there is what we have put there: ours KIND PLACE, by the record; leads_to TARGET PLACE, by what it is.
ours() {
  local kind=$1 place=$root$2 known sum
  [ "$kind" = link ] || kind=file
  known=${recorded[$kind $2]:-}
  [ -n "$known" ] || return 1
  if [ "$kind" = link ]; then
    [ -L "$place" ] && [[ " $known" == *" $(readlink "$place") "* ]]
  else
    [ -f "$place" ] && [ ! -L "$place" ] && set_sum "$place" && [[ " $known" == *" $sum "* ]]
  fi
}
leads_to() { [ -L "$root$2" ] && [ "$(readlink "$root$2")" = "$1" ]; }
same() {
  [ "$(stat -c %f:%u:%g "$1")" = "$(stat -c %f:%u:%g "$2")" ] &&
    if [ -L "$1" ]; then [ "$(readlink "$1")" = "$(readlink "$2")" ]; else cmp -s "$1" "$2"; fi
}

keep() {
  local place=$1 beside number=1
  set_beside "$place"
  if there "$beside"; then
    if [ -n "${recorded[kept $place]:-}" ] && same "$root$place" "$root$beside"; then return 0; fi
    while there "$beside.$number"; do number=$((number + 1)); done
    note shifted "$number" "$place"
    mv -fT "$root$beside" "$root$beside.$number"
    echo "kept $root$beside as $root$beside.$number"
  fi
  [ -n "${recorded[kept $place]:-}" ] || note kept - "$place"
  ln -PT "$root$place" "$root$beside"
  echo "kept $root$place, which is not ours, as $root$beside"
}

put() {
  local kind=$1 mode=$2 source=$3 place=$4
  stage "${place%/*}"
  if [ "$kind" = link ]; then
    ln -s "$source" "$staging/new"
  else
    install -m "$mode" "$clone/$source" "$staging/new"
  fi
  move "$place"
}

# The .distrib comes back. What is there then is not ours any more, though it may be the same to the byte: that is on
# record before and afterwards, for a kill in between.
give_back() {
  local place=$root$1 beside
  set_beside "$1"
  beside=$root$beside
  [ -z "$had_manifest" ] || note returned - "$1"
  if there "$1" && [ "$(stat -c %d:%i "$place")" = "$(stat -c %d:%i "$beside")" ]; then
    rm "$beside"
  else
    mv -fT "$beside" "$place"
  fi
  unset "recorded[file $1]" "recorded[link $1]" "recorded[kept $1]" "recorded[returned $1]"
  [ -z "$had_manifest" ] || write_manifest
}
settle_returned() {
  local key place beside
  for key in "${!recorded[@]}"; do
    [ "${key%% *}" = returned ] || continue
    place=${key#* }
    set_beside "$place"
    there "$beside" || unset "recorded[file $place]" "recorded[link $place]" "recorded[kept $place]"
    unset "recorded[$key]"
  done
}

# What is there without ours: take KIND SOURCE PLACE.
take() {
  local kind=$1 source=$2 place=$3 beside kept number
  set_beside "$place"
  # Where there is no record, a link of ours that leads nowhere has taken the place of what is beside it.
  kept=${recorded[kept $place]:-}
  if [ -z "$had_manifest" ] && there "$place"; then kept=yes; fi
  if ! there "$place" || ours "$kind" "$place" || { [ -n "$program_goes" ] && leads_to "$source" "$place"; }; then
    if [ -n "$kept" ] && there "$beside"; then
      give_back "$place"
    elif there "$place"; then
      rm "$root$place"
    fi
  elif [ -n "${recorded[kept $place]:-}" ] && there "$beside"; then
    if same "$root$place" "$root$beside"; then
      rm "$root$beside"
    else
      echo "kept $root$place, which others have put there since, and $root$beside, which is older"
    fi
  elif [ -n "${recorded[file $place]:-}" ]; then
    echo "kept $root$place, which was changed"
  elif [ -n "$had_manifest" ]; then
    echo "kept $root$place, which is not ours"
  fi
  for number in ${recorded[shifted $place]:-}; do
    there "$beside.$number" || continue
    if there "$beside"; then
      echo "kept $root$beside.$number, which is older"
    else
      mv -T "$root$beside.$number" "$root$beside"
    fi
  done
}

