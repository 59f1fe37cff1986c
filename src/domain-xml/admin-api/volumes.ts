import { mapperPath } from '../qubes/block-devices.ts';
import { isPlainPath } from '../qubes/values.ts';
import type { Volume, VolumePool } from '../qubes/vm-data.ts';
import type { AdminCall } from './call.ts';
import { AdminApiError } from './error.ts';

/** A volume from the lines of admin.vm.volume.Info. */
export function volumeOf(name: string, info: ReadonlyMap<string, string>, call: AdminCall): Volume {
  const text = (key: string) => {
    const value = info.get(key);
    if (value === undefined) throw new AdminApiError(call, `the reply has no ${key}`);
    return value;
  };
  const flag = (key: string) => {
    const value = text(key);
    if (value !== 'True' && value !== 'False') {
      throw new AdminApiError(call, `${key} must be True or False, is ${JSON.stringify(value)}`);
    }
    return value === 'True';
  };
  const volume = {
    name,
    vid: text('vid'),
    source: info.get('source') || null,
    rw: flag('rw'),
    snapOnStart: flag('snap_on_start'),
    saveOnStop: flag('save_on_stop'),
    ephemeral: info.has('ephemeral') && flag('ephemeral'),
    revisionsToKeep: revisionsOf(info.get('revisions_to_keep') ?? '0', call),
    poolName: info.get('pool') ?? '',
  };
  return { ...volume, pool: poolOf(volume, info.get('path') ?? '', call) };
}

function revisionsOf(text: string, call: AdminCall): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new AdminApiError(call, `revisions_to_keep must be a whole number, is ${JSON.stringify(text)}`);
}

/**
 * The kind of pool, which the path betrays: Info tells the volume's own path, not that of the device that a VM gets.
 * In image files a snapshot's path is its source's image, and an origin's its own (qubes' driver "file-reflink" has
 * other names); LVM's are named after the volume.
 */
function poolOf(volume: Omit<Volume, 'pool'>, path: string, call: AdminCall): VolumePool {
  const { name, vid, source, snapOnStart, saveOnStop } = volume;
  if (name === 'kernel') return { kind: 'kernel' };
  if (!path.startsWith('/') || !isPlainPath(path)) {
    throw new AdminApiError(call, `path must be an absolute path, is ${JSON.stringify(path)}`);
  }
  const image = snapOnStart ? source : saveOnStop ? vid : null;
  if (image !== null && isPlainPath(vid) && path.endsWith(`/${image}.img`)) {
    return { kind: 'file', folder: path.slice(0, -`/${image}.img`.length) || '/' };
  }
  // Behind the volume's name there may be that of a revision.
  const lvm = vid.includes('/') && (path.startsWith(`/dev/${vid}`) || path.startsWith(mapperPath(vid)));
  return lvm ? { kind: 'lvm' } : { kind: 'path', path };
}
