# VMs of the lab, and talking to them over their consoles.
consoles=/var/log/xen/console

# vm NAME pv|pvh|still DISK... : writes its configuration. A disk is SCRIPT:DEVICE:ACCESS:IMAGES.
vm() {
  local name=$1 type=$2 disks='' disk script device access images
  shift 2
  for disk; do
    IFS=: read -r script device access images <<<"$disk"
    disks+="'script=$script,vdev=$device,access=$access,target=$images',"
  done
  local kernel='kernel = "/lab/vmlinux"
ramdisk = "/run/guest.cpio"
memory = 192'
  # One that is never let run needs no real kernel, whose loading takes its time in here.
  [ "$type" != pvh ] || kernel=${kernel/192/256}
  [ "$type" != still ] || kernel='kernel = "/lab/still-kernel"
memory = 8' type=pv
  cat >"/run/$name.cfg" <<CONFIGURATION
name = "$name"
type = "$type"
$kernel
extra = "console=hvc0 quiet"
vcpus = 1
on_poweroff = "destroy"
on_crash = "destroy"
on_reboot = "destroy"
disk = [$disks]
CONFIGURATION
}

# start NAME : creates it and waits until it is up.
start() {
  rm -f "$consoles/guest-$1.log"
  xl create -q "/run/$1.cfg" || return 1
  xenstore-read "/local/domain/$(xl domid "$1")/console/tty" >"/run/console-$1"
  waits_for "$1" GUEST-UP
}

# start_paused NAME... : as far as libxl and its scripts go; nothing runs in them.
start_paused() {
  local name
  for name; do xl create -q -p "/run/$name.cfg" || return 1; done
}

# node_of NAME : of its disk xvda, as the script gave it to xenstore.
node_of() { xenstore-read "/local/domain/0/backend/vbd/$(xl domid "$1")/51712/node"; }

# waits_for NAME TEXT : on its console, for three minutes.
waits_for() {
  local ends=$((SECONDS + 180))
  while [ $SECONDS -lt $ends ]; do
    grep -qa "$2" "$consoles/guest-$1.log" 2>/dev/null && return 0
    sleep 0.2
  done
  echo "$1 does not say $2"
  tail -n 5 "$consoles/guest-$1.log"
  return 1
}

# ask NAME COMMAND... : prints the answer.
ask() {
  # A number that no other question has.
  local name=$1 tag=${EPOCHREALTIME/./}
  shift
  timeout 10 bash -c "echo '$tag $*' >$(cat "/run/console-$name")" || { echo "$name does not listen"; return 1; }
  waits_for "$name" "ANSWER $tag .*END" || return 1
  tr -d '\r' <"$consoles/guest-$name.log" | sed -n "s/^.*ANSWER $tag \(.*\) END.*/\1/p" | head -n 1
}

# stopped NAME : waits until it is gone, its hotplug scripts done.
stopped() {
  local try
  for try in {1..1000}; do
    xl domid "$1" >/dev/null 2>&1 || break
    sleep 0.1
  done
  for try in {1..100}; do
    pgrep -f "xl create.*/$1.cfg" >/dev/null || return 0
    sleep 0.1
  done
  echo "$1 does not stop"
  return 1
}

# stop NAME... : one after the other.
stop() {
  local name
  for name; do
    xl destroy "$name" || return 1
    stopped "$name" || return 1
  done
}

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }
devices() { dmsetup ls --noheadings 2>/dev/null | grep -vc 'No devices'; }

# images FOLDER : a template of 4 MiB, and disks of VMs.
images() {
  rm -rf "$1"
  mkdir -p "$1"
  { echo 'the first block of the template'; head -c 512 /dev/zero; } | head -c 512 >"$1/root.img"
  head -c $((4 * 1024 * 1024 - 512)) /dev/urandom >>"$1/root.img"
  truncate -s 4M "$1/root-cow.img" "$1"/vm{1,2,3,4}-cow.img
}
