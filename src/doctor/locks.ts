import { LOCK_FOLDER } from '../devices/kernel/lock-file.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { readQuietly } from '../overview/kernel/attached-loops.ts';
import { type Finding, foundOnly } from './finding.ts';
import { said } from './said.ts';

/** Behind the key of a disk: its lock, the file that an operation holds, and the folder that is there meanwhile. */
const LOCK = '.lock';
const OPERATION = '.operation';
const MARK = '.operation.lock';

/** Locks that somebody holds, and marks of operations that nobody runs any more. Nothing is locked for it. */
export function lockFindings(): Finding[] {
  const names = namesIn(LOCK_FOLDER).filter(name => name.includes(':'));
  const holders = readHolders();
  const holderOf = (name: string) => holders.get(inodeOf(`${LOCK_FOLDER}/${name}`) ?? 0n);
  const left = names
    .filter(name => name.endsWith(MARK))
    .map(name => ({ name, holder: holderOf(name.slice(0, -LOCK.length)) }));
  // An operation that runs takes its base's lock again and again.
  const working = new Set(left.map(({ holder }) => holder));
  return [
    ...left
      .filter(({ holder }) => holder === undefined)
      .map(
        ({ name }): Finding => ({
          kind: 'operation-left',
          found: said`${LOCK_FOLDER}/${name}`,
          mend: [['rmdir', `${LOCK_FOLDER}/${name}`]],
          safe: true,
        }),
      ),
    ...names
      .filter(name => name.endsWith(LOCK) && !name.endsWith(MARK))
      .flatMap(name => {
        const holder = holderOf(name);
        if (holder === undefined || working.has(holder)) return [];
        const comm = readQuietly(`/proc/${holder}/comm`)?.trim() ?? 'which is gone';
        return [foundOnly('lock-held', said`process ${holder} (${comm}) holds ${LOCK_FOLDER}/${name}`)];
      }),
  ];
}

/** The files that say what an operation is about: `a trim of /path/root.img (process 123)`. */
export function operationTexts(): string[] {
  return namesIn(LOCK_FOLDER)
    .filter(name => name.includes(':') && name.endsWith(OPERATION))
    .flatMap(name => readQuietly(`${LOCK_FOLDER}/${name}`) ?? []);
}

function namesIn(folder: string): string[] {
  try {
    return addon().listFolder(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

function inodeOf(file: string): bigint | undefined {
  return addon().fileStatus(file)?.inode;
}

/** Who holds which lock of flock on /run's filesystem, by the inode of its file (man 5 proc_locks). */
function readHolders(): Map<bigint, number> {
  const device = addon().fileStatus(LOCK_FOLDER)?.device;
  const holders = new Map<bigint, number>();
  if (device === undefined) return holders;
  for (const line of addon().readWholeText('/proc/locks').split('\n')) {
    const [, pid, major = '', minor = '', inode = ''] =
      /^\d+: FLOCK +\S+ +WRITE +(\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line) ?? [];
    if (pid === undefined || encoded(major, minor) !== device) continue;
    holders.set(BigInt(inode), Number(pid));
  }
  return holders;
}

/** st_dev of the major and minor numbers, by the encoding of man 3 makedev. */
function encoded(major: string, minor: string): bigint {
  const [high, low] = [BigInt(`0x${major}`), BigInt(`0x${minor}`)];
  return (low & 0xffn) | ((high & 0xfffn) << 8n) | ((low & ~0xffn) << 12n) | ((high & ~0xfffn) << 32n);
}
