import { statSync } from 'node:fs';
import { join } from 'node:path';
import { originName, snapshotName } from '../../devices/plan/device-names.ts';
import { type ImageKey, imageKey } from '../../devices/plan/image-key.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';
import type { KernelFiles } from './kernel-files.ts';
import type { Volume } from './vm-data.ts';

/** A volume as the VM's description has it. */
export interface BlockDevice {
  name: string;
  path: string;
  rw: boolean;
  devtype: 'disk';
  domain: null;
  /** The hotplug script that makes the device from `path`; null where `path` is the device. */
  script: 'block-snapshot' | 'block-origin' | null;
}

/** The block device of a volume of that VM; null for a kernel without modules, which is no device. */
export function blockDeviceOf(volume: Volume, vmName: string, kernel: KernelFiles): BlockDevice | null {
  const source = sourceOf(volume, kernel);
  if (source === null) return null;
  const device = { name: volume.name, rw: volume.rw, devtype: 'disk', domain: null } as const;
  if (volume.ephemeral) return { ...device, path: encryptedPath(vmName, volume.name), script: null };
  return { ...device, ...source };
}

type Source = Pick<BlockDevice, 'path' | 'script'>;

function sourceOf(volume: Volume, kernel: KernelFiles): Source | null {
  const { pool, vid, snapOnStart, saveOnStop } = volume;
  switch (pool.kind) {
    case 'kernel':
      return kernel.modulesPath === null ? null : { path: kernel.modulesPath, script: null };
    case 'lvm':
      return { path: mapperPath(snapOnStart || saveOnStop ? `${vid}-snap` : vid), script: null };
    case 'file':
      return imageSource(volume, pool.folder);
    case 'path':
      return { path: pool.path, script: null };
  }
}

/**
 * The device of a volume that is kept in image files: qubesd names it after the files, which have to be there for
 * that. The cow of a VM that is halted is not: then the files are named, and the script that makes the device.
 */
function imageSource({ vid, source, snapOnStart, saveOnStop }: Volume, folder: string): Source {
  const own = join(folder, vid);
  if (snapOnStart && source !== null) {
    const base = join(folder, source);
    const images = [`${base}.img`, `${base}-cow.img`, `${own}-cow.img`];
    const keys = images.map(keyOf);
    const [baseKey, ...cows] = keys;
    if (baseKey && cows.every(key => key !== null)) {
      return { path: `/dev/mapper/${snapshotName(baseKey, cows)}`, script: null };
    }
    return { path: images.join(':'), script: 'block-snapshot' };
  }
  if (!saveOnStop) return { path: `${own}.img`, script: null };
  const key = keyOf(`${own}.img`);
  if (key !== null && keyOf(`${own}-cow.img`) !== null) {
    return { path: `/dev/mapper/${originName(key)}`, script: null };
  }
  return { path: `${own}.img:${own}-cow.img`, script: 'block-origin' };
}

function keyOf(path: string): ImageKey | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return imageKey(dev, ino);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    throw new Refusal(`${path}: cannot be looked at: ${systemErrorText(error)}`);
  }
}

/** The node of a volume of LVM, GROUP/VOLUME: device-mapper doubles the dashes within either and puts one between. */
export function mapperPath(vid: string): string {
  return `/dev/mapper/${vid.replaceAll('-', '--').replace('/', '-')}`;
}

/** Where qubesd opens a volume that it encrypts anew at each start: the names escaped, so that none can be another's. */
function encryptedPath(vmName: string, volumeName: string): string {
  return `/dev/mapper/vm-volatile-${vmName.replaceAll('_', '_u').replaceAll('-', '_d')}-crypt@${volumeName}`;
}
