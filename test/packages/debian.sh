# shellcheck shell=bash
# Sourced by run.sh: the life of Debian's packages on a machine of one release.

PACKAGES='block-snapshot block-snapshot-tools block-snapshot-qubes domain-xml-templates'
# put REVISION PACKAGE... : what dpkg does with them
put() {
  local revision=$1 package files=()
  shift
  for package; do
    cp "$work/$revision/$package"_*.deb "$machine/tmp/"
    files+=("/tmp/$(basename "$work/$revision/$package"_*.deb)")
  done
  inside dpkg --force-confold -i "${files[@]}"
}
# others_package VERSION : a distributor's package with our names
others_package() {
  local folder=$work/others
  rm -rf "$folder"
  mkdir -p "$folder/DEBIAN"
  printf 'Package: of-others\nVersion: %s\nArchitecture: all\nMaintainer: others <others@packages.invalid>\nDescription: others\n' \
    "$1" >"$folder/DEBIAN/control"
  files_of_others "$folder" "$1"
  dpkg-deb --root-owner-group -b "$folder" "$machine/tmp/of-others.deb" >/dev/null
  inside dpkg -i /tmp/of-others.deb
}

# What qubesd asks for is logged, also where it cannot be done.
call_of_qubesd() { refuses "*$1 does not exist*" inside /usr/lib/qubes/create-snapshot snapshot-1:1-1:2 "$1" /cow.img; }
log_is_rotated() {
  local log=$machine/var/log/block-snapshot.log
  call_of_qubesd /first.img && says '* create-snapshot\[*\] /first.img *' cat "$log" &&
    says '' inside logrotate --state /tmp/state --force /etc/logrotate.d/block-snapshot &&
    says '* create-snapshot\[*\] /first.img *' gzip -dc "$log.1.gz" && absent "$log" &&
    call_of_qubesd /second.img && says '* create-snapshot\[*\] /second.img *' cat "$log" && says 640 stat -c %a "$log"
}

life_in_debian() {
  local release=$1 before configured
  machine=$work/debian-$release
  check "$release: a machine is made" mmdebstrap --quiet --variant=minbase --include=libdevmapper1.02.1,logrotate "$release" "$machine"
  mkdir -p "$machine/etc/apparmor.d/local"
  printf 'of the administrator,' >"$machine/etc/apparmor.d/local/usr.sbin.libvirtd"
  before=$(tree "$machine")

  check "$release: all four are installed" put 1 $PACKAGES
  check "$release: the program says our name" says 'block-snapshot * (quickjs-ng *)' inside block-snapshot --version
  check "$release: the larger program says our name" says 'block-snapshot * (bun *)' \
    inside /usr/lib/block-snapshot/block-snapshot-tools --version
  cp "$project/test/domain-xml/data/vm/hvm_net.json" "$machine/tmp/"
  check "$release: domain-xml renders with the templates" says '<domain type="xen">*</domain>' \
    inside domain-xml render work --vm /tmp/hvm_net.json
  check "$release: what is there is what the packages have" says '' inside dpkg --verify $PACKAGES
  check "$release: libvirt's hooks lead to the program" inside test -x /etc/libvirt/hooks/qemu.d/block-snapshot-qemu -a \
    -x /etc/libvirt/hooks/libxl.d/block-snapshot-libxl
  check "$release: AppArmor's line comes before the administrator's" equal \
    "$(cat "$machine/etc/apparmor.d/local/usr.sbin.libvirtd")" \
    $'/usr/lib/block-snapshot/block-snapshot PUx,\nof the administrator,'

  echo 'REVISIONS=3' >>"$machine/etc/block-snapshot.conf"
  configured=$(cat "$machine/etc/block-snapshot.conf")
  check "$release: while they are upgraded, every start of a program succeeds" while_starting \
    'block-snapshot domain-xml /etc/xen/scripts/block-origin /usr/lib/qubes/create-snapshot' put 2 $PACKAGES
  check "$release: they are the newer ones" says '*-2' inside dpkg-query -W -f '${Version}' block-snapshot-tools
  check "$release: a configuration that was changed stays" equal "$(cat "$machine/etc/block-snapshot.conf")" "$configured"
  check "$release: AppArmor's line is there once" says 1 grep -c PUx "$machine/etc/apparmor.d/local/usr.sbin.libvirtd"

  check "$release: the log is rotated, and what is asked for next is in a new one" log_is_rotated

  mkdir -p "$machine/var/cache/domain-xml" "$machine/run/block-snapshot"
  touch "$machine/var/cache/domain-xml/compiled" "$machine/run/block-snapshot/fd01:1311.lock"
  devices_are_there
  check "$release: removing says that devices lose their program" says '*1 devices and 0 disks of VMs are left*' \
    inside dpkg -r $PACKAGES
  devices_are_gone
  check "$release: what calls a program that is gone is gone" absent "$machine"/etc/xen/scripts/block-{snapshot,origin} \
    "$machine/etc/libvirt/hooks/qemu.d/block-snapshot-qemu" "$machine/usr/lib/qubes/create-snapshot"
  check "$release: the configuration stays until it is purged" equal "$(cat "$machine/etc/block-snapshot.conf")" "$configured"
  check "$release: they are purged" inside dpkg -P $PACKAGES
  check "$release: then all is as before" equal "$(tree "$machine")" "$before"
  check "$release: the log is gone" absent "$machine"/var/log/block-snapshot.log*

  among_others_in_debian "$release" "$before"
  rm -rf "$machine"
}

among_others_in_debian() {
  local release=$1 before=$2 theirs
  check "$release: a distributor's package has our names" others_package 1
  theirs=$(tree "$machine")
  check "$release: ours are put over theirs, and at no moment there is none" while_starting \
    '/etc/xen/scripts/block-snapshot /usr/lib/qubes/destroy-snapshot' put 1 $PACKAGES
  check "$release: ours are there" ours_are_there
  check "$release: theirs are beside" others_are 1 .distrib
  check "$release: theirs are upgraded" others_package 2
  check "$release: ours are still there" ours_are_there
  check "$release: theirs beside are the newer ones" others_are 2 .distrib
  check "$release: ours are purged" inside dpkg -P $PACKAGES
  check "$release: theirs are back" others_are 2 ''
  check "$release: theirs are as they came" says '' inside dpkg --verify of-others
  check "$release: theirs are the former ones again" others_package 1
  check "$release: then all is as before ours" equal "$(tree "$machine")" "$theirs"
  inside dpkg -P of-others >/dev/null

  check "$release: ours come first" put 1 $PACKAGES
  check "$release: theirs are installed beside ours" others_package 1
  check "$release: ours stay" ours_are_there
  check "$release: theirs go" inside dpkg -P of-others
  check "$release: ours stay when theirs go" ours_are_there
  check "$release: ours go" inside dpkg -P $PACKAGES
  check "$release: then all is as before both" equal "$(tree "$machine")" "$before"

  mkdir -p "$machine/usr/lib/block-snapshot"
  touch "$machine/usr/lib/block-snapshot/manifest"
  check "$release: beside what make install has put there it is refused" refuses '*make uninstall*' put 1 block-snapshot
  rm -r "$machine/usr/lib/block-snapshot"
  inside dpkg -P block-snapshot >/dev/null 2>&1
  check "$release: and has left nothing" equal "$(tree "$machine")" "$before"
}
