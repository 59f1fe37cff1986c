#!/bin/bash
# The first process inside: mounts what a running system has, loads the modules, runs the program, switches off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
# hostfs takes its folder as a whole option, which mount hands over in pieces by newer calls of the kernel (util-linux 2.41).
export LIBMOUNT_FORCE_MOUNT2=always

mount -t proc proc /proc
mount -t sysfs sysfs /sys
# This kernel loses what io_uring has mapped when a program forks ("Bad page map"). Node uses it where it is there: libuv
# 1.49 and newer do for epoll, whatever UV_USE_IO_URING says.
[ ! -e /proc/sys/kernel/io_uring_disabled ] || echo 2 >/proc/sys/kernel/io_uring_disabled
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lab/outside /run/lab/tmp /dev/shm
mount -t tmpfs tmpfs /dev/shm
mount -t hostfs -o "$lab_scratch" none /run/lab/outside || { echo 'init.sh: the folder outside cannot be mounted'; echo o >/proc/sysrq-trigger; sleep 60; }
export TMPDIR=/run/lab/tmp
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr

modules=$lab_kernel/modules/$(uname -r)/kernel/drivers
[ "$lab_bare" = yes ] || for module in block/loop md/dm-mod md/dm-bufio md/dm-snapshot; do
  insmod "$modules/$module.ko" || echo "init.sh: insmod $module failed"
done

if [ "$lab_udev" = yes ]; then
  mkdir -p /run/udev/rules.d
  # As make install puts it, but for the program that they start, which is not installed here.
  for rules in "$lab_project"/etc/udev/*.rules; do
    sed "s|/usr/lib/block-snapshot/|$lab_project/dist/|g" "$rules" >"/run/udev/rules.d/${rules##*/}"
  done
  /lib/systemd/systemd-udevd --daemon
  udevadm trigger --action=add --subsystem-match=block --subsystem-match=misc
  udevadm settle
fi

. /run/lab/outside/environment
stty -F /dev/tty1 raw

eval "$(cat /run/lab/outside/command)" </dev/null >/dev/tty1
status=$?
# Whatever the program has looked at itself, nothing may be left when it has ended.
if ! "$lab_project/test/kernel/lab/look-after.sh" && [ "$status" = 0 ]; then status=1; fi
echo "$status" >/run/lab/outside/status
sync
echo o >/proc/sysrq-trigger
sleep 60
