# What there is of ours in dom0.
shopt -s nullglob

# For people, where a check has failed (test/checks.sh).
after_failure() {
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
