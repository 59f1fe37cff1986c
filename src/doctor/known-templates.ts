import { namesIfThere } from '../devices/kernel/if-there.ts';
import { quietStatus } from '../overview/kernel/attached-loops.ts';
import { operationTexts } from './locks.ts';

// Templates and disks on which nothing runs are known by what was done with them, or by where they lie.

/** Where Qubes keeps the images of its pools in files: a folder for each VM. */
const POOL_FOLDERS = ['/var/lib/qubes/vm-templates', '/var/lib/qubes/appvms'];
const POOL_IMAGES = ['root.img', 'private.img'];

/** The images of operations of this boot, and those of Qubes' pools. */
export function knownImages(): string[] {
  return [...operatedOn(), ...pooled()];
}

function operatedOn(): string[] {
  return operationTexts().flatMap(text => / of (\/.*) \([a-z]+ \d+\)$/.exec(text.trim())?.[1] ?? []);
}

function pooled(): string[] {
  return POOL_FOLDERS.flatMap(folder =>
    namesIfThere(folder).flatMap(vm =>
      POOL_IMAGES.map(image => `${folder}/${vm}/${image}`).filter(image => {
        const status = quietStatus(image);
        return status !== 'nothing' && status?.kind === 'file';
      }),
    ),
  );
}
