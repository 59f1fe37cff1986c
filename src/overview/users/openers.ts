import { mapperName } from '../../devices/kernel/mapper-name.ts';
import { readMounts } from '../../devices/kernel/mounts.ts';
import { holdersOf } from '../../devices/kernel/open-descriptor.ts';
import { parseDeviceName } from '../../devices/plan/device-names.ts';
import { type DeviceNumber, deviceNumberOf } from '../../devices/plan/device-number.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import type { Opener } from '../facts.ts';
import { quietStatus, readQuietly } from '../kernel/attached-loops.ts';

/** Nodes that processes have open all the time and that are no disks. */
const NO_DISK =
  /^\/dev\/(null|zero|full|u?random|tty|console|ptmx|kmsg|rtc|hwrng|watchdog)|^\/dev\/(pts|shm|input|snd|dri|net|vhost|xen|bus)\//;

/** Who has one of these block devices open, one entry for each descriptor, mount and device. */
export function readOpeners(wanted: ReadonlySet<DeviceNumber>): Opener[] {
  if (wanted.size === 0) return [];
  return [...readProcesses(wanted), ...readMountedDevices(wanted), ...readHolders(wanted)];
}

function readProcesses(wanted: ReadonlySet<DeviceNumber>): Opener[] {
  const openers: Opener[] = [];
  for (const pid of addon().listFolder('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const folder = `/proc/${pid}/fd`;
    for (const descriptor of quietly(() => addon().listFolder(folder)) ?? []) {
      const link = quietly(() => addon().readLink(`${folder}/${descriptor}`));
      if (!link?.startsWith('/dev/') || NO_DISK.test(link)) continue;
      const status = quietStatus(`${folder}/${descriptor}`);
      if (status === 'nothing' || status?.kind !== 'block device') continue;
      const device = deviceNumberOf(status.rdev);
      if (!wanted.has(device)) continue;
      const name = readQuietly(`/proc/${pid}/comm`)?.replace(/\n$/, '') ?? '';
      openers.push({ kind: 'process', device, pid: Number(pid), name });
    }
  }
  return openers;
}

/** What is mounted in this namespace. */
function readMountedDevices(wanted: ReadonlySet<DeviceNumber>): Opener[] {
  return readMounts().flatMap(({ superblock, point }) => {
    const device = superblock as DeviceNumber;
    return wanted.has(device) ? { kind: 'mount', device, path: point } : [];
  });
}

/** Block devices other than ours that are built on one of these: partitions of kpartx, RAID, LVM. */
function readHolders(wanted: ReadonlySet<DeviceNumber>): Opener[] {
  return [...wanted].flatMap(device =>
    (quietly(() => holdersOf(device)) ?? [])
      .map(holder => mapperName(holder) ?? holder)
      .filter(name => parseDeviceName(name) === undefined)
      .map(name => ({ kind: 'device' as const, device, name })),
  );
}

/** Undefined where a process or a device has gone in this moment. */
function quietly<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
