# Reporting checks in the Test Anything Protocol, from bash.
shopt -s nullglob
number=0
failed=0
last_check=${EPOCHREALTIME/./}

# result WORDS : a line of the protocol, with the time since the one before.
result() {
  local now=${EPOCHREALTIME/./}
  echo "$1 # time=$(((now - last_check) / 1000))ms"
  last_check=$now
}

# check NAME COMMAND... : the command has to succeed. What it says is shown when it does not.
check() {
  local name=$1 said
  shift
  number=$((number + 1))
  if said=$("$@" 2>&1); then
    result "ok $number - $name"
  else
    failed=1
    result "not ok $number - $name"
    echo "$* : exit $?: $said" | sed 's/^/# /'
    state | sed 's/^/# /'
  fi
}

# equal ACTUAL EXPECTED
equal() {
  [ "$1" = "$2" ] || { echo "it is:     $1"; echo "should be: $2"; return 1; }
}

finish() {
  echo "1..$number"
  exit "$failed"
}

# What there is of ours, for people.
state() {
  dmsetup ls
  losetup -l -n -O NAME,BACK-FILE
  ls /run/xen-hotplug
  tail -n 5 /var/log/xen/xen-hotplug.log
}

# No loop device, no device-mapper device, no record, no claim. No program is started for it: that takes long in here.
nothing_left() {
  local left=(/sys/block/dm-* /sys/block/loop*/loop/backing_file /run/xen-hotplug/*)
  equal "${left[*]}" ''
}
