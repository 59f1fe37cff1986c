#!/bin/bash
# Makes a root filesystem that is as small as can be and does what it is told: root-image.sh FILE KIND
#   KIND   whole     the filesystem is the disk
#          named     it is the second partition, called "Root filesystem"; the third is another
#          third     it is the third partition
#          split     as whole, for systems in which /lib is a folder of its own and no link to /usr/lib
# Its init runs a script, and switches off: in user-mode Linux that on the eighth disk (ubdh), elsewhere what lab_script= on the
# kernel's command line says, in base64.
set -euo pipefail
file=$1 kind=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,tmp,mnt,usr/bin,usr/lib}
library=$root/usr/lib
if [ "$kind" = split ]; then library=$root/lib; else ln -s usr/lib "$root/lib"; fi
mkdir -p "$library"/{modules/own,firmware/updates}
cp "$(command -v busybox)" "$root/bin/busybox"
"$root/bin/busybox" --list | grep -vx busybox | while read -r name; do ln -sf /bin/busybox "$root/bin/$name"; done
echo 'as the template has it' >"$root/template"

mkdir "$root/etc"
printf 'ID=lab\nNAME=lab\n' >"$root/etc/os-release"
cat >"$root/sbin/init" <<'END'
#!/bin/sh
export PATH=/bin:/sbin
mount -t proc proc /proc 2>/dev/null
mount -t sysfs sysfs /sys 2>/dev/null
# User-mode Linux has a second console for what is said; the others one for all.
exec </dev/null
if [ -b /dev/ubdh ]; then
  exec >/dev/tty1 2>&1
  stty -F /dev/tty1 raw 2>/dev/null
  tr -d '\000' </dev/ubdh >/run/script
else
  exec >/dev/console 2>&1
  for word in $(cat /proc/cmdline); do
    case $word in lab_script=*) echo "${word#*=}" | base64 -d >/run/script ;; esac
  done
fi
echo up
. /run/script
echo done
sync
poweroff -f
END
chmod 755 "$root/sbin/init"
make() { mke2fs -q -t ext4 -b 4096 -E "lazy_itable_init=1,root_owner=0:0${1:+,offset=$1}" -m 0 -d "$2" "$file" "$3"; }
rm -f "$file"
truncate -s 100M "$file"
case $kind in
whole | split) make '' "$root" 100M ;;
named)
  printf 'label: gpt\nstart=1MiB, size=1MiB, name=boot\nstart=2MiB, size=90MiB, name="Root filesystem"\nstart=92MiB, size=4MiB, name=other\n' |
    sfdisk -q --no-reread --no-tell-kernel "$file"
  make $((2 << 20)) "$root" 90M
  ;;
third)
  printf 'label: gpt\nstart=1MiB, size=1MiB\nstart=2MiB, size=1MiB\nstart=3MiB, size=90MiB\n' |
    sfdisk -q --no-reread --no-tell-kernel "$file"
  make $((3 << 20)) "$root" 90M
  ;;
esac
