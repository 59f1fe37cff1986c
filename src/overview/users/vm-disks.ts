import type { Claim } from '../../claims/claims.ts';
import type { LoopClaim } from '../../claims/loop-claims.ts';
import { deviceName } from '../../devices/plan/device-names.ts';
import { type DeviceNumber, deviceNumber } from '../../devices/plan/device-number.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { parseAttachmentKey } from '../../xen/hotplug/attachment.ts';
import type { VmDisk } from '../facts.ts';
import { readQuietly } from '../kernel/attached-loops.ts';

/** Where the kernel shows the disks that it serves to VMs (drivers/block/xen-blkback/xenbus.c). */
const BACKENDS = '/sys/bus/xen-backend/devices';

/** The disks that the hotplug scripts have recorded, among all claims. */
export function recordedDisks(claims: readonly Claim[]): VmDisk[] {
  return claims.flatMap(({ attachment, identity }) => recordedDisk(attachment, deviceName(identity)));
}

/** The same of disks that are clones. */
export function recordedClones(claims: readonly LoopClaim[]): VmDisk[] {
  return claims.flatMap(({ attachment, node }) => recordedDisk(attachment, node));
}

function recordedDisk(attachment: string, name: string): VmDisk[] {
  const key = parseAttachmentKey(attachment);
  if (key === undefined) return [];
  return [
    {
      domain: Number(key.domain),
      disk: Number(key.disk),
      recorded: true,
      connected: false,
      record: attachment,
      name,
      device: undefined,
    },
  ];
}

/** The disks that the kernel's own backend serves, whoever attached them. */
export function readServedDisks(folder = BACKENDS): VmDisk[] {
  return listQuietly(folder).flatMap(name => {
    const [, domain, disk] = /^vbd-(\d{1,10})-(\d{1,10})$/.exec(name) ?? [];
    if (domain === undefined || disk === undefined) return [];
    const device = parseHexNumber(readQuietly(`${folder}/${name}/physical_device`) ?? '');
    if (device === undefined) return [];
    return {
      domain: Number(domain),
      disk: Number(disk),
      recorded: false,
      connected: true,
      record: undefined,
      name: undefined,
      device,
    };
  });
}

/** `MAJ:MIN` in hex; 0:0 is a backend that has no device yet. */
function parseHexNumber(text: string): DeviceNumber | undefined {
  const [, major = '0', minor = '0'] = /^([0-9a-f]{1,8}):([0-9a-f]{1,8})\n?$/.exec(text) ?? [];
  const [majorNumber, minorNumber] = [Number.parseInt(major, 16), Number.parseInt(minor, 16)];
  return majorNumber === 0 ? undefined : deviceNumber(majorNumber, minorNumber);
}

function listQuietly(folder: string): string[] {
  try {
    return addon().listFolder(folder);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}
