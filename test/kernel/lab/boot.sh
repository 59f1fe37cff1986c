#!/bin/bash
# Runs a program on a real device-mapper kernel: user-mode Linux, a Linux kernel that is an ordinary process. Its root
# is this machine's own file tree, read-only, so nothing that happens in there can be left behind here.
#
#   boot.sh [--udev | --bare] [--minutes N] PROGRAM [ARGUMENT...]
#
# --udev runs systemd-udevd with our rules; --bare loads no module: no loop devices, no device-mapper. LAB_MINUTES= is
# another limit than --minutes, for slow machines. LAB_NETWORK= is the descriptor of a socket that leads to another such machine:
# its interface vec0.
#
# The program's standard output is this one's; the kernel's own messages go to standard error when something is wrong.
# Exit status: the program's; 125 when the kernel did not come up or did not come to an end.
set -u

udev=no bare=no minutes=10
while :; do
  case ${1-} in
    --udev) udev=yes; shift ;;
    --bare) bare=yes; shift ;;
    --minutes) minutes=$2; shift 2 ;;
    *) break ;;
  esac
done

minutes=${LAB_MINUTES:-$minutes}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../../.." && pwd)
kernel=$("$here/fetch-kernel.sh") || exit 125

TMPDIR=$("$project/tools/temporary-folder.sh") || exit 125
export TMPDIR
scratch=$(mktemp -d)
# The machine leads a process group of its own, and writes down its number for as long as it runs.
end_machine() {
  local leader
  leader=$(cat "$scratch"/lab/pid 2>/dev/null) && kill -KILL -- "-$leader"
}
# An interrupted run leaves neither its machine nor its folder behind.
trap 'end_machine; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
# What init.sh runs: a file, because the kernel's command line knows no quoting.
printf '%q ' "$@" >"$scratch/command"
printf 'export PATH=%q:$PATH\ncd %q\n' "$(dirname "$(command -v node)")" "$PWD" >"$scratch/environment"
# Which tests to run, where that was chosen (test/check.sh).
[ -z "${TAP_GREP-}" ] || printf 'export TAP_GREP=%q\n' "$TAP_GREP" >>"$scratch/environment"

. "$here/own-processor.sh"

# The third console line is the program's standard output, a file outside; the first is the kernel's and init's.
mkfifo "$scratch/output"
cat <"$scratch/output" &
reader=$!
exec 7>"$scratch/output"
cd "$kernel" || exit 125
TMPDIR=$scratch "${pinned[@]}" timeout --signal=KILL "${minutes}m" env LD_LIBRARY_PATH="$kernel/libraries" ./linux.uml \
  seccomp=auto mem=2G umid=lab uml_dir="$scratch/" root=/dev/root rootfstype=hostfs rootflags=/ ro init="\"$here/init.sh\"" \
  lab_kernel="\"$kernel\"" lab_project="\"$project\"" lab_scratch="\"$scratch\"" lab_udev="$udev" lab_bare="$bare" con=null con0=null,fd:5 con1=null,fd:7 quiet ${LAB_NETWORK:+"vec0:transport=fd,fd=$LAB_NETWORK"} \
  </dev/null 5>"$scratch/console" >"$scratch/kernel" 2>&1 &
running=$!
begun=$SECONDS
exec 7>&-
wait "$running"
ended=$?
# One that ran out of time has left processes that keep the output open.
end_machine
wait "$reader"

if [ ! -s "$scratch/status" ]; then
  # Whoever else kills it gives the same status, and sooner.
  if [ "$ended" = 137 ] && ((SECONDS - begun >= minutes * 60)); then
    echo "boot.sh: not at its end after $minutes minutes, and ended (LAB_MINUTES= gives it more):" >&2
  else
    echo "boot.sh: the kernel did not come up, or went down before the program was at its end:" >&2
  fi
  tail -n 40 "$scratch/kernel" "$scratch/console" >&2
  exit 125
fi
status=$(cat "$scratch/status")
[ "$status" = 0 ] || tail -n 60 "$scratch/console" >&2
exit "$status"
