import { withHeldDescriptors } from '../devices/kernel/held-descriptors.ts';
import type { Image } from '../devices/kernel/images.ts';
import { findLoops } from '../devices/kernel/loop-devices.ts';
import { mountOf } from '../devices/kernel/mounts.ts';
import { inodeOf } from '../devices/plan/image-key.ts';
import { asksSomebody, parseMounts } from '../devices/plan/mount-table.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { oneLine } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';

/**
 * Proves that nobody else has an image file open. The kernel tells by a lease, which keeps everybody out until it is given
 * back (man 2 fcntl). Where a filesystem has none, or a server has to grant them (NFS, SMB), loop devices and processes are
 * looked through instead; what other machines do with the file can be told nowhere.
 * @param descriptor open for writing
 * @returns whether a lease is held, which has to be given back
 * @throws Refusal when somebody has it open, or that cannot be told
 */
export function requireClosedFile(base: Image, descriptor: number): 'leased' | 'looked for' {
  const answer = tryLease(descriptor);
  if (answer === 'leased') return answer;
  const mount = mountOf(base.path);
  if (answer === 'refused' && (mount === undefined || !asksSomebody(mount.type)))
    throw new Refusal(`template ${base.path} is open in another program: see who with fuser -v ${base.path}`);
  if (valueIn(addon().readText(`/proc/self/fdinfo/${descriptor}`) ?? '', 'ino') === undefined)
    throw new Refusal(
      `template ${base.path} is on a filesystem that does not tell whether a program has it open, and this kernel tells of ` +
        'no process (Linux 5.14 does): move it to another filesystem for this',
    );
  const loop = withHeldDescriptors(held => findLoops([base], held).get(base.key)?.path);
  if (loop !== undefined)
    throw new Refusal(`template ${base.path} is attached to ${loop}: detach it first (losetup -d ${loop})`);
  const [process] = processesWith(base, mount?.superblock);
  if (process !== undefined) throw new Refusal(`template ${base.path} is open in ${process}: end that first`);
  return 'looked for';
}

function tryLease(descriptor: number): 'leased' | 'refused' | 'there are none' {
  try {
    return addon().takeLease(descriptor) ? 'leased' : 'refused';
  } catch (error) {
    if (isSystemError(error)) return 'there are none';
    throw error;
  }
}

/**
 * The other processes that have a file open or mapped, as `name[pid]`. No filesystem is asked: what /proc says of their
 * descriptors is the kernel's own (man 5 proc_pid_fdinfo).
 */
function* processesWith(image: Image, superblock: string | undefined): Generator<string> {
  const inode = inodeOf(image.key);
  for (const name of addon().listFolder('/proc')) {
    const pid = Number(name);
    if (!/^\d+$/.test(name) || pid === process.pid) continue;
    try {
      if (hasOpen(pid, inode, superblock) || hasMapped(pid, inode, superblock)) yield called(pid);
    } catch (error) {
      // It has ended.
      if (isSystemError(error, 'ENOENT', 'ESRCH')) continue;
      if (isSystemError(error))
        throw new Refusal(
          `whether template ${image.path} is open in process ${pid} cannot be told (${error.code}): its filesystem has no ` +
            'leases; end that process, or move the template to another filesystem',
        );
      throw error;
    }
  }
}

function hasOpen(pid: number, inode: bigint, superblock: string | undefined): boolean {
  let mounts: ReadonlyMap<number, string> | undefined;
  for (const descriptor of addon().listFolder(`/proc/${pid}/fd`)) {
    const info = addon().readText(`/proc/${pid}/fdinfo/${descriptor}`) ?? '';
    if (valueIn(info, 'ino') !== String(inode)) continue;
    mounts ??= new Map(
      parseMounts(addon().readWholeText(`/proc/${pid}/mountinfo`)).map(mount => [mount.id, mount.superblock]),
    );
    const on = mounts.get(Number(valueIn(info, 'mnt_id')));
    // What is mounted nowhere any more may be anything.
    if (on === undefined || superblock === undefined || on === superblock) return true;
  }
  return false;
}

function valueIn(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\t(\\d+)$`, 'm').exec(info)?.[1];
}

/** A line of maps: `address permissions offset major:minor inode path`; the numbers of the device are hexadecimal. */
function hasMapped(pid: number, inode: bigint, superblock: string | undefined): boolean {
  const maps = addon().readWholeText(`/proc/${pid}/maps`);
  if (!maps.includes(` ${inode} `)) return false;
  return maps.split('\n').some(line => {
    const [, , , device = '', mapped] = line.split(' ');
    return mapped === String(inode) && (superblock === undefined || decimal(device) === superblock);
  });
}

function decimal(device: string): string {
  return device
    .split(':')
    .map(number => Number.parseInt(number, 16))
    .join(':');
}

function called(pid: number): string {
  const name = addon().readText(`/proc/${pid}/comm`)?.trim() ?? '';
  return `${oneLine(name) || 'process'}[${pid}]`;
}
