#!/bin/bash
# Runs a command on a fresh machine: a folder with a Debian in it, of which it sees nothing else than /proc, /sys and devices; and
# the limits of the tests, where they were given others (LAB_MINUTES and the like).
#   machine.sh [--offline] [--noexec] [--bind FROM:TO]... LOWER UPPER COMMAND [ARGUMENT...]
#     LOWER     the folders that are there already, the uppermost first, with colons between them; they are not changed
#     UPPER     the folder that takes what is written
#     --bind    a folder of this machine's, at a place of that one's
#     --offline without a network; --noexec: no program can be run in /tmp
# All of its processes end with it, and nothing stays mounted. Exit status: the command's.
set -eu

offline='' options=mode=1777 binds=()
while :; do
  case ${1-} in
    --offline) offline=--net; shift ;;
    --noexec) options+=,noexec; shift ;;
    --bind) binds+=("$2"); shift 2 ;;
    *) break ;;
  esac
done
lower=$1 upper=$2
shift 2
mkdir -p "$upper"/{written,working,root}
export lower upper options
bound=$(printf '%s\n' "${binds[@]}")
export bound

# shellcheck disable=SC2016
inside='
set -eu
root=$upper/root
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper/written,workdir=$upper/working" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for name in null zero full random urandom tty; do touch "$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"; done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"; ln -s fd/1 "$root/dev/stdout"; ln -s fd/2 "$root/dev/stderr"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o "$options" tmpfs "$root/tmp"
printf "%s\n" "$bound" | while IFS=: read -r from to; do
  [ -n "$from" ] || continue
  mkdir -p "$root$to"
  mount --bind "$from" "$root$to"
done
# A Node that is not the distribution'\''s trusts only what it has brought, which may not do behind a proxy.
set -- TERM=dumb LANG=C.UTF-8 NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
for name in LAB_MINUTES TEST_MINUTES TEST_FILE_SECONDS XEN_LAB_MINUTES; do [ -z "${!name-}" ] || set -- "$name=${!name}" "$@"; done
# The root of a process that has only changed it (chroot) cannot be left for a user namespace, which mmdebstrap makes for users. The
# numbers are those of pivot_root and umount2 (MNT_DETACH) on x86-64: no program can be started between the two.
cd "$root"
exec perl -e '\''my ($new, $old) = (".", "."); syscall(155, $new, $old) == 0 && syscall(166, $old, 2) == 0 && chdir("/") or die "machine.sh: $!\n"; exec "/usr/bin/env", "-i", @ARGV'\'' "$@"'
# shellcheck disable=SC2086
exec unshare --mount --pid --fork --kill-child --ipc --uts $offline bash -c "$inside" machine "$@"
