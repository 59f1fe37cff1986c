# shellcheck shell=bash
# Sourced by run.sh: what is checked on a machine that is only a folder.
. "$project/test/checks.sh"

# says SAYS COMMAND... (a pattern of bash for all that it prints), refuses SAYS COMMAND... (with another status than 0)
says() {
  local wanted=$1 got
  shift
  got=$("$@" 2>&1) || { echo "$got" && return 1; }
  # shellcheck disable=SC2053
  [[ $got == $wanted ]] || { echo "$got" && return 1; }
}
refuses() {
  local wanted=$1 got
  shift
  if got=$("$@" 2>&1); then echo "it does not fail: $got" && return 1; fi
  # shellcheck disable=SC2053
  [[ $got == $wanted ]] || { echo "$got" && return 1; }
}
absent() {
  local path
  for path; do [ ! -e "$path" ] && [ ! -L "$path" ] || { echo "$path is there" && return 1; }; done
}
leads_to() { says "$1" readlink "$2"; }

# Everything below a folder that is not the package manager's own: kind, mode, owner, name, target, and the bytes' sum.
tree() {
  (
    cd "$1"
    find . \( -path ./var/lib/dpkg -o -path ./var/lib/rpm -o -path ./var/log -o -path ./var/cache -o -path ./proc \
      -o -path ./var/lib/systemd -o -path ./dev -o -path ./tmp \) -prune -o -printf '%y %m %U:%G %p %l\n' | sort -k 4
    find . \( -path ./var/lib/dpkg -o -path ./var/lib/rpm -o -path ./var/log -o -path ./var/cache -o -path ./proc \
      -o -path ./var/lib/systemd -o -path ./dev -o -path ./tmp \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
  )
}

# What is mounted goes with the process.
inside() {
  # shellcheck disable=SC2016
  unshare --mount --propagation private sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$machine" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/ DEBIAN_FRONTEND=noninteractive "$@"
}

# while_starting PROGRAMS COMMAND... : the programs, in the machine, are started over and over while the command runs: each
# start has to succeed. One start at least comes before it, and one after it.
while_starting() {
  local programs=$1 status=0 pid
  shift
  mkdir -p "$machine/tmp"
  rm -f "$machine"/tmp/{stop,starts,failed}
  # shellcheck disable=SC2016
  inside sh -c 'while :; do
      last=$(test -e /tmp/stop && echo yes)
      for program in '"$programs"'; do "$program" --version >/tmp/said 2>&1 || { echo "$program" && cat /tmp/said; } >>/tmp/failed; done
      echo >>/tmp/starts
      [ -z "$last" ] || exit 0
    done' &
  pid=$!
  timeout 60 sh -c 'until [ -e "$0" ]; do sleep 0.1; done' "$machine/tmp/starts" || status=1
  "$@" || status=1
  touch "$machine/tmp/stop"
  wait "$pid" || status=1
  [ ! -e "$machine/tmp/failed" ] || { head -n 5 "$machine/tmp/failed" && status=1; }
  echo "started $(wc -l <"$machine/tmp/starts") times"
  rm -f "$machine"/tmp/{stop,starts,failed,said}
  return "$status"
}

# What a distributor's package has in our places, below a folder: programs that succeed, and say which version they are of. No
# scripts: a shell that is just being started for one would read what has taken its place.
OTHERS='etc/xen/scripts/block-snapshot etc/xen/scripts/block-origin usr/lib/qubes/create-snapshot usr/lib/qubes/destroy-snapshot
  usr/share/qubes/templates/libvirt/xen.xml'
files_of_others() {
  local place
  for place in $OTHERS; do
    mkdir -p "$1/$(dirname "$place")"
    { cat /bin/true && printf '\n# version %s\n' "$2"; } >"$1/$place"
    chmod 755 "$1/$place"
  done
}
# others_are VERSION SUFFIX : all of them are there, under that name
others_are() {
  local place
  for place in $OTHERS; do grep -qax "# version $1" "$machine/$place$2" || { echo "$place$2 is not theirs" && return 1; }; done
}
ours_are_there() {
  local place
  for place in $OTHERS; do
    case $place in
    */xen.xml) cmp "$machine/$place" "$machine/usr/lib/block-snapshot/templates/libvirt/xen.xml" || return 1 ;;
    *) says '*block-snapshot/block-snapshot' readlink "$machine/$place" || return 1 ;;
    esac
  done
}
devices_are_there() {
  mkdir -p "$machine/sys/class/block/dm-0/dm"
  echo snapshot-fd01:1311-fd01:1312-fd01:2077 >"$machine/sys/class/block/dm-0/dm/name"
}
devices_are_gone() { rm -r "$machine/sys/class"; }
