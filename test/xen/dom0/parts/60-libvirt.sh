# libvirt's hook: a real libvirtd with its libxl driver, domains defined by domain-xml.
folder=/var/lib/images/libvirt
images $folder
stack=$folder/root.img:$folder/root-cow.img
before=$(hash_of $folder/root.img)
export LIBVIRT_DEFAULT_URI=xen:///system

daemon() {
  local try
  /usr/sbin/libvirtd >>/results/libvirtd.log 2>&1 &
  echo $! >/run/libvirtd.number
  for try in {1..300}; do
    virsh list >/dev/null 2>&1 && return 0
    kill -0 "$(cat /run/libvirtd.number)" 2>/dev/null || break
    sleep 0.1
  done
  echo 'libvirtd does not answer'
  tail -n 20 /results/libvirtd.log
  return 1
}
link() { echo "/run/block-snapshot/$1/xvda"; }
no_links() { equal "$(find /run/block-snapshot -mindepth 1 -type d)" ''; }
all_gone() { nothing_left && no_links; }

# describe NAME pv|still snapshot|origin IMAGES : the description of a VM, for domain-xml.
describe() {
  local kernel=/lab/still-kernel ramdisk=null memory=8
  [ "$2" != pv ] || kernel=/lab/vmlinux ramdisk='"/run/guest.cpio"' memory=128
  cat >"/run/$1.json" <<JSON
{ "name": "$1", "uuid": "$(cat /proc/sys/kernel/random/uuid)", "virt_mode": "pv", "memory": $memory, "maxmem": $memory,
  "vcpus": 1, "use_memory_hotplug": false, "debug": false, "features": {}, "template": null, "netvm": null,
  "kernel": "lab", "kernel_path": "$kernel", "initramfs_path": $ramdisk, "stubdom_mem": null,
  "kernelopts_common": "console=hvc0 quiet mitigations=off cryptomgr.notests", "kernelopts": "", "bootmode_kernelopts": "", "devices": {},
  "app": { "host": { "cpu_family_model": [6, 85] }, "domains": [{ "name": "dom0", "features": {} }] },
  "block_devices": [{ "name": "root", "path": "$4", "rw": true, "devtype": "disk", "domain": null, "script": null,
    "prepare": "$3" }] }
JSON
}
define() { domain-xml define "$1" --vm "/run/$1.json"; }

# up NAME : starts it with virsh and waits until its guest is up.
up() {
  rm -f "$consoles/guest-$1.log"
  virsh start "$1" || return 1
  xenstore-read "/local/domain/$(xl domid "$1")/console/tty" >"/run/console-$1"
  waits_for "$1" GUEST-UP
}

first_block() { dd if="$(link "$1")" bs=512 skip="$2" count=1 status=none | tr -d '\000' | head -n 1; }
writes() {
  ask work write xvda 8 what the guest wrote >/dev/null
  first_block work 8
}

start_quietly() { virsh start --paused "$1"; }
destroy() { virsh destroy "$1"; }

check 'make install has put the hook where libvirt looks for hooks' test -x /etc/libvirt/hooks/libxl.d/block-snapshot-libxl
cat >/etc/libvirt/hooks/libxl.d/other <<'HOOK'
#!/bin/sh
echo "$*" >>/run/hooks.log
HOOK
chmod 755 /etc/libvirt/hooks/libxl.d/other
check 'libvirtd starts with its libxl driver' daemon

describe work pv snapshot "$stack:$folder/vm1-cow.img"
describe still1 still snapshot "$stack:$folder/vm2-cow.img"
describe still2 still snapshot "$stack:$folder/vm3-cow.img"
describe base still origin "$stack"
check 'domain-xml define hands domains to libvirt, four at once' side_by_side define work still1 still2 base
driver_log=/var/log/libvirt/libxl/libxl-driver.log
rounds() {
  local round
  for ((round = 1; round <= $1; round++)); do
    side_by_side start_quietly still1 still2 || { echo "start, round $round"; tail -n 40 "$driver_log"; return 1; }
    equal "$(devices)" 3 || return 1
    side_by_side destroy still1 still2 || { echo "destroy, round $round"; return 1; }
    all_gone || { echo "round $round"; return 1; }
  done
}
# How often: make test-xen LIBVIRT_ROUNDS=20 does it longer.
count=$(cat /lab/libvirt-rounds)
check "two guests at a time start and are destroyed, in $count rounds, and each time nothing is left" rounds "$count"

check 'virsh starts it, and its guest comes up' up work
check "the guest reads the template's bytes" equal "$(ask work hash xvda)" "$before"
check 'the guest writes, and its disk is where the link leads' equal "$(writes)" 'what the guest wrote'
check 'the guest reads what it wrote' equal "$(ask work read xvda 8)" 'what the guest wrote'

check "the template's origin starts as a domain of its own" virsh start --paused base
echo 'the new first block' | dd of="$(link base)" bs=512 conv=notrunc,fsync status=none
check 'a guest that runs still reads the old bytes' equal "$(ask work read xvda 0)" 'the first block of the template'

kept=$(dmsetup table | sort; ls /run/xen-hotplug)
kill -KILL "$(cat /run/libvirtd.number)"
check 'libvirtd is killed and comes back while domains run' daemon
check 'libvirt has called its hooks for them' grep -q '^work reconnect begin -$' /run/hooks.log
check 'nothing is disturbed by that' equal "$(dmsetup table | sort; ls /run/xen-hotplug)" "$kept"
check 'the guest still reads its disk' equal "$(ask work read xvda 8)" 'what the guest wrote'

check 'the template stops' virsh destroy base
check 'its run is committed' test -e $folder/root-cow.img.old
check 'a domain that runs has its disk still' equal "$(ask work read xvda 0)" 'the first block of the template'
check 'a domain that starts now' virsh start --paused still2
check 'has what the template wrote' equal "$(first_block still2 0)" 'the new first block'
check 'and is destroyed' virsh destroy still2
powers_off() {
  local try
  echo '1 poweroff' >"$(cat /run/console-work)"
  for try in {1..100}; do
    [ "$(virsh domstate work)" != 'shut off' ] || [ -e "$(link work)" ] || return 0
    sleep 0.2
  done
  virsh domstate work
  return 1
}
check 'the guest powers off by itself' powers_off
check 'all of it is gone' all_gone

mv $folder/vm2-cow.img $folder/away
refused() {
  local said
  said=$(virsh start --paused still1 2>&1) && return 1
  echo "$said"
  grep -q "block-snapshot: still1: disk xvda: cow $folder/vm2-cow.img does not exist: check the path" <<<"$said"
}
check 'a disk that cannot be made fails the start, with our line' refused
check 'nothing is left of it' all_gone
mv $folder/away $folder/vm2-cow.img
virsh dumpxml still1 | sed 's#</disk>#</disk><disk type="block"><source dev="/dev/nothing"/><target dev="xvdb"/></disk>#; s#still1</name>#late</name>#; s#<uuid>.*##; s#/block-snapshot/still1/#/block-snapshot/late/#' >/run/late.xml
fails_late() {
  local said
  said=$(virsh create --paused /run/late.xml 2>&1) && return 1
  echo "$said"
  grep -q '^late prepare begin -$' /run/hooks.log
}
check 'a start that fails after the devices were made fails' fails_late
check 'nothing is left of that either' all_gone

for name in work still1 still2 base; do virsh undefine $name >/dev/null; done
kill "$(cat /run/libvirtd.number)"
unset LIBVIRT_DEFAULT_URI
