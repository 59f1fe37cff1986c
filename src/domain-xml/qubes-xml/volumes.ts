import { join } from '../../host/paths.ts';
import { Refusal } from '../../words/refusal.ts';
import { isPlainPath, truth } from '../qubes/values.ts';
import type { Volume, VolumePool } from '../qubes/vm-data.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { StoredVolumes, type VolumeConfig } from './stored-volumes.ts';
import type { XmlNode } from './tree.ts';

/** What is kept of former states where neither the volume nor its pool says. */
const REVISIONS = 1;

/** The VM's volumes, in the order in which it has them. */
export function volumesOf(store: QubesStore, vm: StoredDomain): Volume[] {
  return new StoredVolumes(store)
    .of(vm)
    .map(config => volumeOf(config, `${vm.where}, volume ${config.name}`));
}

function volumeOf(config: VolumeConfig, where: string): Volume {
  const { name, vid, source, pool } = config;
  const flag = (attribute: 'rw' | 'snap_on_start' | 'save_on_stop') =>
    flagOf(config.attributes[attribute] ?? 'False', attribute, where);
  const volume = {
    name,
    vid,
    source: source ?? null,
    rw: flag('rw'),
    snapOnStart: flag('snap_on_start'),
    saveOnStop: flag('save_on_stop'),
    poolName: pool.attributes['name'] ?? '',
  };
  const kept = poolOf(pool, volume, where);
  if (kept.kind === 'kernel') return { ...volume, ephemeral: false, revisionsToKeep: 0, pool: kept };
  return {
    ...volume,
    ephemeral: isEphemeral(config.attributes['ephemeral'], { volume, pool, where }),
    revisionsToKeep: revisionsOf(config, volume, where),
    pool: kept,
  };
}

type Kept = Omit<Volume, 'pool' | 'ephemeral' | 'revisionsToKeep'>;

function revisionsOf({ attributes, pool }: VolumeConfig, { saveOnStop }: Kept, where: string): number {
  if (pool.attributes['driver'] === 'file' && !saveOnStop) return 0;
  const text = attributes['revisions_to_keep'] ?? pool.attributes['revisions_to_keep'];
  if (text === undefined) return REVISIONS;
  if (!/^-?\d{1,9}$/.test(text)) {
    throw new Refusal(`${where}: revisions_to_keep must be a whole number, is ${JSON.stringify(text)}`);
  }
  return Number(text);
}

function poolOf(pool: XmlNode, volume: Kept, where: string): VolumePool {
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
  { volume, pool, where }: { volume: Kept; pool: XmlNode; where: string },
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
