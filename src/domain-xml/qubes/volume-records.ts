import { join } from '../../host/paths.ts';
import { lvmPath, type VolumeUser } from './block-devices.ts';
import type { Volume } from './vm-data.ts';

/** What templates see of a VM's volumes beyond the devices that are made of them, by name. */
export function volumeRecords(volumes: readonly Volume[], user: VolumeUser): Record<string, object> {
  return Object.fromEntries(
    volumes.map(volume => [
      volume.name,
      {
        name: volume.name,
        pool: volume.poolName,
        // The modules are those of the kernel that the VM has now.
        vid: volume.pool.kind === 'kernel' ? user.kernel.name : volume.vid,
        source: volume.source,
        rw: volume.rw,
        snap_on_start: volume.snapOnStart,
        save_on_stop: volume.saveOnStop,
        ephemeral: volume.ephemeral,
        revisions_to_keep: volume.revisionsToKeep,
        path: ownPath(volume, user),
      },
    ]),
  );
}

/** Where the volume itself is kept, or that which it is made from. */
function ownPath({ pool, vid, source, snapOnStart }: Volume, { kernel, release }: VolumeUser): string | null {
  switch (pool.kind) {
    case 'kernel':
      return kernel.modulesFile;
    case 'lvm':
      return lvmPath(vid, release);
    case 'file':
      return `${join(pool.folder, snapOnStart ? (source ?? '') : vid)}.img`;
    case 'path':
      return pool.path;
  }
}
