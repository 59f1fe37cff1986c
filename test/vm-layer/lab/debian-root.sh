#!/bin/bash
# Brings a Debian with systemd, installed and configured, as a VM's root disk without partitions; its /etc/fstab is as the layer
# wants it. Prints the folder that has root.img; what is there already is used again. When it is up it runs the script on the eighth disk (ubdh), as
# root-image.sh's does, and switches off.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=trixie
. "$here/../../../tools/cache.sh"
. "$here/../../../tools/debian-packages.sh"
version=$(sha256sum <"${BASH_SOURCE[0]}" | cut -c1-16)
folder=$cache/debian-root-$version
say() { echo "vm lab: $*" >&2; }
end_when_cached "$folder" root.img
begin_as_root
begin_in_cache "$folder" root.img debian-root-lock

say "installing Debian $release into $folder (once; about a minute)"
mirror=$(debian_mirror)
root=$work/root units=$work/root/etc/systemd/system image=$work/image
mmdebstrap --variant=minbase --include=systemd-sysv,udev,dmsetup,e2fsprogs \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io --format=directory \
  "$release" "$root" "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$work/log" 2>&1 ||
  { say "Debian $release cannot be installed: $(why_not "$work/log")"; exit 1; }
rm -rf "${root:?}"/var/cache/apt "$root/var/lib/apt/lists"

printf '%s\n' '/dev/mapper/dmroot / ext4 discard,noatime 0 1' '/dev/ubdb1 none swap defaults 0 0' >"$root/etc/fstab"
echo lab >"$root/etc/hostname"
# With none it would be the first start of a new system, each time.
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
echo 'as the template has it' >"$root/template"
# The consoles are for what is said; and the kernel of the lab has no binfmt_misc to mount.
ln -s /dev/null "$units/getty.target"
ln -s /dev/null "$units/proc-sys-fs-binfmt_misc.automount"
mkdir -p "$units/multi-user.target.wants"
ln -s ../lab.service "$units/multi-user.target.wants/lab.service"
printf '%s\n' '[Service]' Type=exec ExecStart=/usr/local/bin/lab >"$units/lab.service"
cat >"$root/usr/local/bin/lab" <<'SCRIPT'
#!/bin/sh
exec </dev/null >/dev/tty1 2>&1
stty -F /dev/tty1 raw
tr -d '\000' </dev/ubdh >/run/script
echo up
. /run/script
echo done
systemctl poweroff
SCRIPT
chmod 755 "$root/usr/local/bin/lab"

mkdir "$image"
mke2fs -q -t ext4 -b 4096 -E lazy_itable_init=1,root_owner=0:0 -m 0 -d "$root" "$image/root.img" \
  "$(($(du -sm --apparent-size "$root" | cut -f 1) * 13 / 10 + 100))M" >/dev/null
# Those of other versions may be in use at this moment.
find "$cache" -maxdepth 1 -name 'debian-root-[0-9a-f]*' -mtime +7 -exec rm -rf {} +
mv "$image" "$folder"
echo "$folder"
