# VMs of the lab, and talking to them over their consoles.
consoles=/var/log/xen/console
asked=0

# vm NAME TYPE DISK... : writes its configuration. A disk is SCRIPT:DEVICE:ACCESS:IMAGES.
vm() {
  local name=$1 type=$2 disks='' disk script device access images
  shift 2
  for disk; do
    IFS=: read -r script device access images <<<"$disk"
    disks+="'script=$script,vdev=$device,access=$access,target=$images',"
  done
  cat >"/run/$name.cfg" <<CONFIGURATION
name = "$name"
type = "$type"
kernel = "/lab/vmlinux"
ramdisk = "/run/guest.cpio.gz"
extra = "console=hvc0 quiet"
memory = 160
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
  waits_for "$1" GUEST-UP
}

# waits_for NAME TEXT : on its console, for a minute.
waits_for() {
  local try
  for try in {1..600}; do
    grep -qa "$2" "$consoles/guest-$1.log" 2>/dev/null && return 0
    sleep 0.1
  done
  echo "$1 does not say $2"
  tail -n 5 "$consoles/guest-$1.log"
  return 1
}

# ask NAME COMMAND... : prints the answer.
ask() {
  local name=$1 console
  shift
  # A number that no other question has, in a subshell as well.
  asked=$((asked + 1))
  local tag=$BASHPID$asked$RANDOM
  console=$(xenstore-read "/local/domain/$(xl domid "$name")/console/tty")
  echo "$tag $*" >"$console"
  waits_for "$name" "ANSWER $tag" || return 1
  tr -d '\r' <"$consoles/guest-$name.log" | sed -n "s/^.*ANSWER $tag //p" | head -n 1
}

# stopped NAME : waits until it is gone, its hotplug scripts done.
stopped() {
  local try
  for try in {1..300}; do
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

# images FOLDER : a template of 8 MiB, and disks of VMs.
images() {
  rm -rf "$1"
  mkdir -p "$1"
  { echo 'the first block of the template'; head -c 512 /dev/zero; } | head -c 512 >"$1/root.img"
  head -c $((8 * 1024 * 1024 - 512)) /dev/urandom >>"$1/root.img"
  truncate -s 8M "$1/root-cow.img" "$1"/vm{1,2,3,4}-cow.img
}
