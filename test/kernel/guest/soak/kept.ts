// What a host keeps that must not become more: things that are counted, and the kernel's memory.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { must, UDEV } from '../programs.ts';
import { deviceNames, heldLocks, loopDevices, records } from '../state.ts';

/** How many there are of each thing, by its name. */
export type Counts = Readonly<Record<string, number>>;

/** What is kept at one moment. */
export interface Kept {
  counts: Counts;
  /** KiB that are neither free, nor contents of files, nor a process's. */
  kernelMemory: number;
}

/**
 * What is kept now; first udev comes to rest, and the kernel gives back what it can.
 * @param folders where files are counted, too
 */
export function kept(folders: readonly string[]): Kept {
  if (UDEV) restOfUdev();
  must('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '3');
  return { counts: countsOf(folders), kernelMemory: kernelMemory() };
}

/** How many there are now. @param folders where files are counted, too */
export function countsOf(folders: readonly string[]): Counts {
  return {
    devices: deviceNames().length,
    'nodes of devices': namesIn('/dev/mapper').length,
    'loop devices': loopDevices().length,
    'block devices': namesIn('/sys/block').length,
    semaphores: linesOf('/proc/sysvipc/sem') - 1,
    // Of the whole system, the kernel's own ones among them: a loop device has its file open.
    'open files': Number(/^\d+/.exec(readFileSync('/proc/sys/fs/file-nr', 'utf8'))?.[0]),
    processes: commandLines().length,
    mounts: linesOf('/proc/self/mountinfo'),
    records: records().length,
    'held locks': heldLocks().length,
    'files of locks': namesIn('/run/block-snapshot').length,
    ...Object.fromEntries(
      folders.map(folder => [`files in ${folder}`, readdirSync(folder, { recursive: true }).length]),
    ),
  };
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function linesOf(path: string): number {
  return readFileSync(path, 'utf8').trimEnd().split('\n').length;
}

/** Those of all processes; the kernel's own threads have none. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8') || [];
      } catch (error) {
        if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
        throw error;
      }
    });
}

/** Its workers wait a few seconds for more before they end. @throws Error where they do not within half a minute */
function restOfUdev(): void {
  const end = performance.now() + 30_000;
  must('udevadm', 'settle');
  while (commandLines().filter(line => line.includes('udev')).length > 1) {
    if (performance.now() > end) throw new Error("udev's workers did not end");
    must('sleep', '0.1');
  }
}

const USED_BY_OTHERS = ['MemFree', 'Buffers', 'Cached', 'SwapCached', 'AnonPages', 'PageTables'] as const;

function kernelMemory(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const of = (name: string) => {
    const kibibytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    if (kibibytes === undefined) throw new Error(`/proc/meminfo says nothing of ${name}`);
    return Number(kibibytes);
  };
  return USED_BY_OTHERS.reduce((left, name) => left - of(name), of('MemTotal'));
}
