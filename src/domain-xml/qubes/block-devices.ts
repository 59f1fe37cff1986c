import { originName, snapshotName } from '../../devices/plan/device-names.ts';
import { type ImageKey, imageKey } from '../../devices/plan/image-key.ts';
import { join } from '../../host/paths.ts';
import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';
import type { KernelFiles } from './kernel-files.ts';
import { isAtLeast, type Release } from './release.ts';
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

/** What the devices of a VM's volumes depend on beside the volumes. */
export interface VolumeUser {
  vmName: string;
  kernel: KernelFiles;
  release: Release;
}

/** The block device of a volume of that VM; null for a kernel without modules, which is no device. */
export function blockDeviceOf(volume: Volume, user: VolumeUser): BlockDevice | null {
  const { name, rw, ephemeral, pool } = volume;
  const device = { name, rw, devtype: 'disk', domain: null } as const;
  // What is encrypted anew at each start is opened under a name of its own; the modules never are.
  if (ephemeral && pool.kind !== 'kernel') {
    return { ...device, path: encryptedPath(volume, user.vmName), script: null };
  }
  const source = sourceOf(volume, user);
  return source === null ? null : { ...device, ...source };
}

type Source = Pick<BlockDevice, 'path' | 'script'>;

function sourceOf(volume: Volume, { kernel, release }: VolumeUser): Source | null {
  const { pool, vid, snapOnStart, saveOnStop } = volume;
  switch (pool.kind) {
    case 'kernel':
      return kernel.modulesPath === null ? null : { path: kernel.modulesPath, script: null };
    case 'lvm': {
      const snapshot = (snapOnStart || saveOnStop) && !isUsedItself(volume, release);
      return { path: lvmPath(snapshot ? `${vid}-snap` : vid, release), script: null };
    }
    case 'file':
      return isUsedItself(volume, release)
        ? { path: `${join(pool.folder, vid)}.img`, script: null }
        : imageSource(volume, pool.folder);
    case 'path':
      return { path: pool.path, script: null };
  }
}

/** Whether a VM writes to the volume that is kept, of which then no revision is made (R4.3). */
function isUsedItself({ snapOnStart, saveOnStop, revisionsToKeep }: Volume, release: Release): boolean {
  return isAtLeast(release, '4.3') && revisionsToKeep === -1 && saveOnStop && !snapOnStart;
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
    const image = addon().fileStatus(path);
    return image && imageKey(image.device, image.inode);
  } catch (error) {
    throw new Refusal(`${path}: cannot be looked at: ${systemErrorText(error)}`);
  }
}

/** The node of a volume of LVM, GROUP/VOLUME: device-mapper doubles the dashes within either and puts one between. */
export function mapperPath(vid: string): string {
  return `/dev/mapper/${vid.replaceAll('-', '--').replace('/', '-')}`;
}

/** The node by which qubesd names it. */
export function lvmPath(vid: string, release: Release): string {
  return isAtLeast(release, '4.2') ? mapperPath(vid) : `/dev/${vid}`;
}

/**
 * Where qubesd opens a volume that it encrypts: each driver has a rule of its own for the name. LVM's is made of the
 * volume's, the others' of the names of VM and volume, escaped so that none can be another's.
 */
function encryptedPath({ name, vid, pool }: Volume, vmName: string): string {
  if (pool.kind === 'lvm') return `${mapperPath(vid)}@crypt`;
  return `/dev/mapper/vm-volatile-${vmName.replaceAll('_', '_u').replaceAll('-', '_d')}-crypt@${name}`;
}
