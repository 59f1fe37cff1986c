# The log of what libvirt and qubesd have asked for goes, and so do the folders in /run with what is left of locks: these not
# while a device of ours is there.
remove_traces() {
  rm -f /var/log/block-snapshot.log /var/log/block-snapshot.log.*
  for file in /sys/class/block/dm-*/dm/name; do
    if [ -e "$file" ] && grep -qE '^(snapshot|origin)-[0-9a-f]+:[0-9]' "$file"; then return; fi
  done
  rm -f /run/block-snapshot/*.lock /run/block-snapshot/*.operation
  for folder in /run/block-snapshot /run/xen-hotplug; do
    if [ -d "$folder" ]; then rmdir --ignore-fail-on-non-empty "$folder"; fi
  done
}
