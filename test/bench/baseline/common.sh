# What the stand-ins share: the way in which shell scripts have done this work, a program for every step.

die() { echo "$0: $*" >&2; exit 1; }

key_of() { stat -L -c '%D:%i' "$1" || die "no $1"; }

# A loop device for a file: the one it has, or a new one.
loop_of() {
  local loop
  loop=$(losetup -j "$1" | head -n 1 | cut -d : -f 1)
  [ -n "$loop" ] || loop=$(losetup -f --show "$1") || die "no loop device for $1"
  echo "$loop"
}

with_lock() {
  mkdir -p /run/baseline
  exec 9>/run/baseline/lock
  flock 9
}

# name, device under it, cow
make_snapshot() {
  local loop sectors
  [ -e "/dev/mapper/$1" ] && return
  loop=$(loop_of "$3")
  sectors=$(blockdev --getsz "$2")
  dmsetup create "$1" --table "0 $sectors snapshot $2 $loop P 256" || die "cannot make $1"
}

make_origin() {
  local sectors
  [ -e "/dev/mapper/$1" ] && return
  sectors=$(blockdev --getsz "$2")
  dmsetup create "$1" --table "0 $sectors snapshot-origin $2" || die "cannot make $1"
}

open_count() { dmsetup info -c --noheadings -o open "$1" 2>/dev/null; }

remove_unused() { [ "$(open_count "$1")" = 0 ] && dmsetup remove "$1"; }
