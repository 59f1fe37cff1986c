# VMs of the lab, and talking to them over their consoles. Starting a program takes a tenth of a second in here, so where
# something is waited for, bash does it by itself.
consoles=/var/log/xen/console

# nap SECONDS : nothing is ever written to this pipe.
mkfifo /run/never
exec {never}<>/run/never
nap() { read -rt "$1" -u "$never" || :; }

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
memory = 128'
  # One that is never let run needs no real kernel, whose loading takes its time in here.
  [ "$type" != pvh ] || kernel=${kernel/128/256}
  [ "$type" != still ] || kernel='kernel = "/lab/still-kernel"
memory = 8' type=pv
  cat >"/run/$name.cfg" <<CONFIGURATION
name = "$name"
type = "$type"
$kernel
extra = "console=hvc0 quiet mitigations=off cryptomgr.notests"
vcpus = 1
on_poweroff = "destroy"
on_crash = "destroy"
on_reboot = "destroy"
disk = [$disks]
CONFIGURATION
}

# start NAME... : creates them, side by side, and waits until they are up.
start() {
  local name
  for name; do rm -f "$consoles/guest-$name.log"; done
  side_by_side created "$@" || return 1
  for name; do waits_for "$name" GUEST-UP || return 1; done
}
created() {
  xl create -q "/run/$1.cfg" || return 1
  xenstore-read "/local/domain/$(xl domid "$1")/console/tty" >"/run/console-$1"
}

# start_paused NAME... : side by side, as far as libxl and its scripts go; nothing runs in them.
start_paused() { side_by_side created_paused "$@"; }
created_paused() { xl create -q -p "/run/$1.cfg"; }

# side_by_side FUNCTION NAME... : calls it for all of them at once.
side_by_side() {
  local function=$1 name failed=0 started=()
  shift
  for name; do
    "$function" "$name" &
    started+=($!)
  done
  for name in "${started[@]}"; do wait "$name" || failed=1; done
  return $failed
}

# The processor's clock in kHz, for a PVH guest that is not to measure it, and how often one has crashed all the same.
clock() { awk '/^cpu MHz/ { print int($4 * 1000); exit }' /proc/cpuinfo; }
triple_faults() { xl dmesg | grep -c 'Triple fault'; }

# node_of NAME : of its disk xvda, as the script gave it to xenstore.
node_of() { xenstore-read "/local/domain/0/backend/vbd/$(xl domid "$1")/51712/node"; }

# waits_for NAME PATTERN : on its console, for three minutes, or $patience seconds. The line's match is in BASH_REMATCH then.
waits_for() {
  local ends=$((SECONDS + ${patience:-180})) look=$((SECONDS + 5)) said
  while [ $SECONDS -lt $ends ]; do
    { said=$(<"$consoles/guest-$1.log"); } 2>/dev/null
    [[ ${said//$'\r'/} =~ $2 ]] && return 0
    nap 0.1
    [ $SECONDS -ge $look ] || continue
    # One that has crashed says nothing more. The xl that created it stays as long as it is there.
    [ ! -e "/run/$1.cfg" ] || runs "/run/$1.cfg" || break
    look=$((SECONDS + 5))
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
  echo "$tag $*" >"$(<"/run/console-$name")" || { echo "$name does not listen"; return 1; }
  waits_for "$name" "ANSWER $tag ([^"$'\n'"]*) END" || return 1
  echo "${BASH_REMATCH[1]}"
}

# runs WORDS : whether a process has these words in its command line.
runs() {
  local file words=()
  for file in /proc/[0-9]*/cmdline; do
    { mapfile -d '' words <"$file"; } 2>/dev/null
    [[ ${words[*]} == *"$1"* ]] && return 0
  done
  return 1
}

# stopped NAME : waits until it is gone, its hotplug scripts done: until the process that xl left behind for it has ended.
stopped() {
  local try
  for try in {1..1000}; do
    runs "/run/$1.cfg" || return 0
    nap 0.1
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
devices() {
  local all=(/sys/block/dm-*)
  echo ${#all[@]}
}

# images FOLDER : a template of 4 MiB, and disks of VMs.
images() {
  rm -rf "$1"
  mkdir -p "$1"
  { echo 'the first block of the template'; head -c 512 /dev/zero; } | head -c 512 >"$1/root.img"
  head -c $((4 * 1024 * 1024 - 512)) /dev/urandom >>"$1/root.img"
  truncate -s 4M "$1/root-cow.img" "$1"/vm{1,2,3,4}-cow.img
}
