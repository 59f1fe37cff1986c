import { join } from 'node:path';
import { Refusal } from '../../words/refusal.ts';
import { isPlainPath, truth } from '../qubes/values.ts';
import type { Volume, VolumePool } from '../qubes/vm-data.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import type { XmlNode } from './tree.ts';

/** The VM's volumes, in the file's order. */
export function volumesOf(store: QubesStore, vm: StoredDomain): Volume[] {
  const volumes = vm.volumes.map(node => volumeOf(store, vm, node));
  const twice = volumes.find(({ name }, index) => volumes.findIndex(other => other.name === name) !== index);
  if (twice !== undefined) throw new Refusal(`${vm.where}: volume ${twice.name} is there twice`);
  return volumes;
}

function volumeOf(store: QubesStore, vm: StoredDomain, node: XmlNode): Volume {
  const { attributes } = node;
  const name = attributes['name'];
  if (name === undefined || name === '') throw new Refusal(`${vm.where}: has a <volume> without a name`);
  const where = `${vm.where}, volume ${name}`;
  const flag = (attribute: string) => flagOf(attributes[attribute] ?? 'False', attribute, where);
  const volume = {
    name,
    vid: attributes['vid'] ?? '',
    source: attributes['source'] || null,
    rw: flag('rw'),
    snapOnStart: flag('snap_on_start'),
    saveOnStop: flag('save_on_stop'),
  };
  const poolName = attributes['pool'];
  if (poolName === undefined) throw new Refusal(`${where}: has no pool`);
  const pool = store.pool(poolName);
  if (pool === undefined) {
    throw new Refusal(
      `${where}: is in pool ${JSON.stringify(poolName)}, and there is no such pool in the file`,
    );
  }
  const kept = poolOf(pool, volume, where);
  return { ...volume, ephemeral: isEphemeral(attributes['ephemeral'], { volume, pool, where }), pool: kept };
}

function poolOf(pool: XmlNode, volume: Omit<Volume, 'pool' | 'ephemeral'>, where: string): VolumePool {
  const { driver = '', dir_path: folder, name } = pool.attributes;
  if (driver === 'linux-kernel') return { kind: 'kernel' };
  const { vid, source, snapOnStart } = volume;
  for (const path of snapOnStart ? [vid, source ?? ''] : [vid]) {
    if (!isPlainPath(path) || path.startsWith('/')) {
      throw new Refusal(
        `${where}: ${path === vid ? 'vid' : 'source'} must be a volume's name, is ${JSON.stringify(path)}`,
      );
    }
  }
  switch (driver) {
    case 'lvm_thin':
      return { kind: 'lvm' };
    case 'file':
      return { kind: 'file', folder: folderOf(folder, name, where) };
    case 'file-reflink':
      return { kind: 'path', path: join(folderOf(folder, name, where), `${vid}-dirty.img`) };
    default:
      throw new Refusal(
        `${where}: pool ${name} is of driver ${JSON.stringify(driver)}, and only qubesd knows the paths of that: start qubesd`,
      );
  }
}

function folderOf(folder: string | undefined, pool: string | undefined, where: string): string {
  if (folder?.startsWith('/') && isPlainPath(folder)) return folder;
  throw new Refusal(`${where}: pool ${pool} has no dir_path that is an absolute path`);
}

/** A volume that starts empty may be encrypted with a key that nobody keeps; where it does not say, its pool does. */
function isEphemeral(
  stored: string | undefined,
  { volume, pool, where }: { volume: Omit<Volume, 'pool' | 'ephemeral'>; pool: XmlNode; where: string },
): boolean {
  if (stored !== undefined) return flagOf(stored, 'ephemeral', where);
  if (!volume.rw || volume.snapOnStart || volume.saveOnStop) return false;
  return flagOf(pool.attributes['ephemeral_volatile'] ?? 'False', 'ephemeral_volatile', where);
}

function flagOf(text: string, attribute: string, where: string): boolean {
  const flag = truth(text);
  if (flag === undefined) {
    throw new Refusal(`${where}: ${attribute} must be True or False, is ${JSON.stringify(text)}`);
  }
  return flag;
}
