# shellcheck shell=bash
# Sourced: puts what keeps a program on a processor of its own into $pinned, where one is free; file 8 holds it.

# A kernel in user mode and its processes wait for each other at every system call, and waking one another across processors
# costs as much again (measured on 6.1: 52 s of processor time against 90).
pinned=()
for processor in /sys/devices/system/cpu/cpu[0-9]*; do
  taskset -c "${processor##*cpu}" true 2>/dev/null || continue
  exec 8<"$processor/uevent"
  if flock -n 8; then
    pinned=(taskset -c "${processor##*cpu}")
    break
  fi
done
