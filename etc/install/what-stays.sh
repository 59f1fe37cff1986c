# shellcheck shell=bash
# What make uninstall leaves, and says so: part of etc/install.sh.

say_what_stays() {
  [ "$parts" = list ] || return 0
  local file name devices=0 disks=0
  [ ! -d "$root/var/cache/domain-xml" ] || echo "kept $root/var/cache/domain-xml, compiled templates: it may be removed"
  for file in "$root"/var/log/block-snapshot.log "$root"/var/log/block-snapshot.log.*; do
    [ ! -e "$file" ] || echo "kept $file, what was asked for: it may be removed"
  done
  for file in "$root"/sys/class/block/dm-*/dm/name; do
    if [ -e "$file" ] && read -r name <"$file" && [[ $name =~ ^(snapshot|origin)-[0-9a-f]+:[0-9]+ ]]; then
      devices=$((devices + 1))
    fi
  done
  [ "$devices" = 0 ] || echo "$(count "$devices" device) left: dmsetup ls has the names (snapshot-…, origin-…)"
  for file in "$root"/run/xen-hotplug/*-node "$root"/run/block-snapshot/*/*; do
    if [ -e "$file" ] || [ -L "$file" ]; then disks=$((disks + 1)); fi
  done
  [ "$disks" = 0 ] ||
    echo "$(count "$disks" disk) of VMs left, which nothing takes down now: make install before these VMs stop"
}
count() { if [ "$1" = 1 ]; then echo "1 $2"; else echo "$1 $2s"; fi; }
