import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { type DeviceIdentity, parseDeviceName } from '../plan/device-names.ts';
import type { DeviceNumber } from '../plan/device-number.ts';

/**
 * What device-mapper calls a block device.
 * @param kernelName as the kernel has it: dm-3
 * @returns undefined for one that is not device-mapper's, or that goes in this moment
 */
export function mapperName(kernelName: string): string | undefined {
  return readName(`/sys/class/block/${kernelName}`);
}

/** The same by its number. */
export function mapperNameOf(device: DeviceNumber): string | undefined {
  return readName(`/sys/dev/block/${device}`);
}

function readName(folder: string): string | undefined {
  try {
    return addon().readText(`${folder}/dm/name`)?.trimEnd();
  } catch (error) {
    // EINVAL while the device is taken down (dm_attr_show of drivers/md/dm-sysfs.c), ENODEV when its file has gone since.
    if (isSystemError(error, 'EINVAL', 'ENODEV')) return undefined;
    throw error;
  }
}

/** Those of these devices, by the names that the kernel has for them, that are ours. */
export function ourDevices(kernelNames: readonly string[]): { name: string; identity: DeviceIdentity }[] {
  return kernelNames.flatMap(kernelName => {
    const name = mapperName(kernelName);
    const identity = name === undefined ? undefined : parseDeviceName(name);
    return name === undefined || identity === undefined ? [] : { name, identity };
  });
}
