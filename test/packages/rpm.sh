# shellcheck shell=bash
# Sourced by run.sh: the life of rpm's packages in a root of their own. There is no Fedora to be had here: it is a machine with
# Debian's shell and libc, whose libdevmapper has Fedora's name, in a package that provides what rpm's own tool finds in them.

in_root() { rpm --force-debian --root "$machine" --dbpath /var/lib/rpm "$@"; }
# rpms REVISION PACKAGE... : their files
rpms() {
  local revision=$1 package
  shift
  for package; do ls "$work/$revision/$package-"[0-9]*.rpm; done
}
# rpm goes on where a script fails, and warns.
put_rpms() {
  local said
  # shellcheck disable=SC2046
  said=$(in_root -U $(rpms "$@") 2>&1) && [ -z "$said" ] || { echo "$said" && return 1; }
}
# As rpm sees to it where the order is its own: those that need others first.
# shellcheck disable=SC2086
erase() { in_root -e $PACKAGES; }

# package_of_files NAME VERSION FOLDER [LINE...] : an rpm of what lies in a folder
rpm_of_files() {
  local name=$1 version=$2 folder=$3
  shift 3
  {
    printf 'Name: %s\nVersion: %s\nRelease: 1\nSummary: stand-in\nLicense: none\nBuildArch: noarch\nAutoReqProv: no\n' "$name" "$version"
    printf '%s\n' "$@" '%description' "$name" '%install' "cp -a '$folder/.' %{buildroot}/" '%files'
    (cd "$folder" && find . ! -type d -printf '/%P\n' -o -path './etc/libvirt*' -printf '%%%%dir %%%%attr(700,root,root) /%P\n')
  } >"$work/$name.spec"
  rm -rf "$work/rpmbuild"
  rpmbuild -bb --define "_topdir $work/rpmbuild" --define '__os_install_post %{nil}' \
    --define '_binaries_in_noarch_packages_terminate_build 0' "$work/$name.spec" >"$work/$name.log" 2>&1 &&
    mv "$work"/rpmbuild/RPMS/noarch/*.rpm "$work/$name.rpm"
}
others_rpm() {
  rm -rf "$work/others"
  files_of_others "$work/others" "$1"
  rpm_of_files of-others "$1" "$work/others" && in_root -U --oldpackage "$work/of-others.rpm"
}

# What the machine has, as a package of its own, and a folder that is libvirt's alone: Fedora's name for the library is in the library itself.
libraries_of_fedora() {
  local folder=$work/libraries file provided=()
  rm -rf "$folder"
  mkdir -p "$folder/usr/lib/x86_64-linux-gnu" "$folder/etc/libvirt/hooks"
  cp "$machine"/usr/lib/x86_64-linux-gnu/libdevmapper.so.1.02.1 "$folder/usr/lib/x86_64-linux-gnu/libdevmapper.so.1.02"
  patchelf --set-soname libdevmapper.so.1.02 "$folder/usr/lib/x86_64-linux-gnu/libdevmapper.so.1.02"
  while IFS= read -r file; do provided+=("Provides: $file"); done < <(
    for file in "$folder"/usr/lib/x86_64-linux-gnu/libdevmapper.so.1.02 \
      "$machine"/lib/x86_64-linux-gnu/{libc,libm,libdl,libpthread}.so.? "$machine"/lib64/ld-linux-x86-64.so.2; do
      echo "$file" | /usr/lib/rpm/elfdeps --provides
    done | sed 's|^libdevmapper.so.1.02.1(|libdevmapper.so.1.02(|' | sort -u
  )
  rpm_of_files libraries 1 "$folder" 'Provides: /bin/sh' 'Provides: coreutils' 'Provides: grep' 'Provides: device-mapper' 'Provides: rtld(GNU_HASH)' "${provided[@]}"
}

life_in_rpm() {
  local before configured release=bookworm
  machine=$work/rpm-root
  check 'rpm: a machine is made' mmdebstrap --quiet --variant=minbase --include=libdevmapper1.02.1 "$release" "$machine"
  # The folders of Fedora's package filesystem.
  mkdir -p "$machine"/etc/{apparmor.d/local,logrotate.d} "$machine"/usr/lib/{tmpfiles.d,udev/rules.d} \
    "$machine"/usr/share/{doc,licenses,bash-completion/completions,zsh/site-functions,man/man{5,7,8}}
  rpmdb --root "$machine" --dbpath /var/lib/rpm --initdb
  # shellcheck disable=SC2086
  check 'rpm: without libraries of Fedora they are refused' refuses '*libdevmapper.so.1.02()(64bit) is needed by block-snapshot*' \
    put_rpms 1 $PACKAGES
  check 'rpm: what the machine has is put into a package' libraries_of_fedora
  check 'rpm: the libraries are installed' in_root -U "$work/libraries.rpm"
  rm "$machine"/usr/lib/x86_64-linux-gnu/libdevmapper.so.1.02.1*
  inside ldconfig
  before=$(tree "$machine")

  # shellcheck disable=SC2086
  check 'rpm: all four are installed' put_rpms 1 $PACKAGES
  # shellcheck disable=SC2086
  check 'rpm: rpm -V has nothing to say' says '' in_root -V $PACKAGES
  check 'rpm: the program says our name' says 'block-snapshot * (quickjs-ng *)' inside block-snapshot --version
  check 'rpm: the larger program says our name' says 'block-snapshot * (bun *)' \
    inside /usr/lib/block-snapshot/block-snapshot-tools --version
  check 'rpm: the addon finds the library' refuses '*device-mapper*' inside block-snapshot list
  cp "$project/test/domain-xml/data/vm/hvm_net.json" "$machine/tmp/"
  check 'rpm: domain-xml renders with the templates' says '<domain type="xen">*</domain>' \
    inside domain-xml render work --vm /tmp/hvm_net.json
  check 'rpm: AppArmor gets its line where there is AppArmor' says '/usr/lib/block-snapshot/block-snapshot PUx,' \
    cat "$machine/etc/apparmor.d/local/usr.sbin.libvirtd"
  check "rpm: libvirt's folder keeps its mode" says 700 stat -c %a "$machine/etc/libvirt/hooks"

  echo 'REVISIONS=3' >>"$machine/etc/block-snapshot.conf"
  configured=$(cat "$machine/etc/block-snapshot.conf")
  # shellcheck disable=SC2086
  check 'rpm: while they are upgraded, every start of a program succeeds' while_starting \
    'block-snapshot domain-xml /etc/xen/scripts/block-origin /usr/lib/qubes/create-snapshot' put_rpms 2 $PACKAGES
  check 'rpm: they are the newer ones' says '2' in_root -q --qf '%{release}' block-snapshot-tools
  check 'rpm: a configuration that was changed stays' equal "$(cat "$machine/etc/block-snapshot.conf")" "$configured"
  sed -i '$d' "$machine/etc/block-snapshot.conf"

  devices_are_there
  check 'rpm: erasing says that devices lose their program' says '*1 devices and 0 disks of VMs are left*' erase
  devices_are_gone
  mkdir -p "$machine/etc/apparmor.d/local"
  check 'rpm: then all is as before' equal "$(tree "$machine")" "$before"
  among_others_in_rpm "$before"
  rm -rf "$machine"
}

among_others_in_rpm() {
  local before=$1 theirs
  check "rpm: a distributor's package has our names" others_rpm 1
  theirs=$(tree "$machine")
  # shellcheck disable=SC2086
  check 'rpm: ours are put over theirs, and at no moment there is none' while_starting \
    '/etc/xen/scripts/block-snapshot /usr/lib/qubes/destroy-snapshot' put_rpms 1 $PACKAGES
  check 'rpm: ours are there' ours_are_there
  check 'rpm: theirs are beside' others_are 1 .distrib
  check 'rpm: theirs are upgraded' others_rpm 2
  check 'rpm: ours are still there' ours_are_there
  check 'rpm: theirs beside are the newer ones' others_are 2 .distrib
  check 'rpm: ours are erased' erase
  check 'rpm: theirs are back' others_are 2 ''
  check 'rpm: theirs are as they came' says '' in_root -V of-others
  check 'rpm: theirs are the former ones again' others_rpm 1
  mkdir -p "$machine/etc/apparmor.d/local"
  check 'rpm: then all is as before ours' equal "$(tree "$machine")" "$theirs"
  in_root -e of-others

  # shellcheck disable=SC2086
  check 'rpm: ours come first' put_rpms 1 $PACKAGES
  check 'rpm: theirs are installed beside ours' others_rpm 1
  check 'rpm: ours stay' ours_are_there
  check 'rpm: theirs are erased' in_root -e of-others
  check 'rpm: ours are there when theirs have gone' ours_are_there
  check 'rpm: ours are erased in the end' erase
}
