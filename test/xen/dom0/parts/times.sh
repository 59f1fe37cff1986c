# Whole-process times of add and remove against the same work done in bash, in this boot.
folder=/var/lib/images/times
images $folder
stack=$folder/root.img:$folder/root-cow.img
rounds=7

# call SCRIPT COMMAND DOMAIN : as libxl calls it; prints the milliseconds it took. Neither waits for what udev still has to
# do for the other: its events come in turn.
call() {
  udevadm settle
  local began=$EPOCHREALTIME ended
  XENBUS_TYPE=vbd XENBUS_PATH=backend/vbd/$3/51712 XENBUS_BASE_PATH=backend "$1" "$2" </dev/null 2>>/results/times.errors ||
    echo "$1 $2: exit $?" >>/results/times.errors
  ended=$EPOCHREALTIME
  awk "BEGIN { printf \"%.1f\\n\", ($ended - $began) * 1000 }"
}
# To be read: what a VM writes to is no other VM's, and a second domain comes to what exists.
backend() {
  xenstore-write "/local/domain/0/backend/vbd/$1/51712/params" "$stack:$folder/vm$2-cow.img" \
    "/local/domain/0/backend/vbd/$1/51712/mode" r
}
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

# Under the name that it knows itself by, beside all that it may read.
mkdir /etc/xen/baseline
ln -s /etc/xen/scripts/* /etc/xen/baseline/
rm /etc/xen/baseline/block-snapshot
install -m 755 /lab/bash-script /etc/xen/baseline/block-snapshot

# round NAME SCRIPT : each step once, the times appended to files.
round() {
  backend 900 1
  backend 902 1
  call "$2" add 900 >>"/results/times-$1-cold"
  # As the kernel's backend has it open while its VM runs.
  exec 7<"$(xenstore-read /local/domain/0/backend/vbd/900/51712/node)"
  # The same disk for a second domain, as a stub domain has it: everything is there.
  call "$2" add 902 >>"/results/times-$1-existing"
  call "$2" remove 902 >/dev/null
  exec 7<&-
  call "$2" remove 900 >>"/results/times-$1-remove"
  xenstore-rm /local/domain/0/backend/vbd/900 /local/domain/0/backend/vbd/902
  losetup -D
  # A script that finds a disk in use by another may keep its record.
  rm -f /run/xen-hotplug/backend-vbd-90[02]-51712-*
}
# What nobody can do without: the calls to the kernel, to udev and to xenstore alone (test/bench/bare-calls).
bare_round() {
  backend 900 1
  MARKS=/results/times-marks call /lab/bare-calls add 900 >>/results/times-bare-cold
  MARKS=/results/times-marks call /lab/bare-calls remove 900 >>/results/times-bare-remove
  xenstore-rm /local/domain/0/backend/vbd/900
}
# In turn: all meet the same machine.
for ((turn = 0; turn < rounds; turn++)); do
  round ours /etc/xen/scripts/block-snapshot
  bare_round
  round bash /etc/xen/baseline/block-snapshot
done

# figure NAME OURS THEIRS : for people to read; a test that fails when the machine is busy says nothing.
figure() {
  echo "# $1: $2 ms, in bash $3 ms, $(awk -v ours="$2" -v theirs="$3" 'BEGIN { printf "%.1f", theirs / ours }') times faster"
}
figure 'add of a new device' "$(median </results/times-ours-cold)" "$(median </results/times-bash-cold)"
figure 'add of a device that exists' "$(median </results/times-ours-existing)" "$(median </results/times-bash-existing)"
figure 'remove' "$(median </results/times-ours-remove)" "$(median </results/times-bash-remove)"
for step in cold remove; do
  figure "the calls alone, $step" "$(median <"/results/times-bare-$step")" "$(median <"/results/times-bash-$step")"
done
# Of each step the median, over all that a round has of its kind.
sort -k 1,2 -k 3n /results/times-marks | awk '
  $1 " " $2 != step { if (step) print "#   " step ": " times[int((count + 1) / 2)] " ms, " count / rounds " times a round"; step = $1 " " $2; count = 0 }
  { times[++count] = $3 }
  END { print "#   " step ": " times[int((count + 1) / 2)] " ms, " count / rounds " times a round" }' rounds=$rounds -
check 'no call of either failed' equal "$(cat /results/times.errors)" ''
