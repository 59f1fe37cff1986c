import { DELETED } from '../../devices/kernel/loop-questions.ts';
import { readMounts } from '../../devices/kernel/mounts.ts';
import { type DeviceNumber, deviceNumberOf } from '../../devices/plan/device-number.ts';
import { type ImageKey, imageKey } from '../../devices/plan/image-key.ts';
import { mountsOnTheWay } from '../../devices/plan/mount-table.ts';
import { bytes } from '../../devices/plan/units.ts';
import { type Addon, addon, type FileStatus, type LoopAnswer } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import type { BackingFile, LoopDevice } from '../facts.ts';

/** How long all filesystems together that have to ask somebody are waited for. */
const PATIENCE_MILLISECONDS = 2000;

/**
 * All loop devices that are attached to a file, in the order of their numbers. Of one whose filesystem does not answer
 * only what the kernel knows by itself is told.
 * @throws Refusal when there is no permission to ask them
 */
export function readAttachedLoops(): LoopDevice[] {
  const files = addon()
    .loopFiles()
    .map(({ name, file }) => ({ name, file: file.replace(/\n$/, '') }))
    // By their numbers, which no zero begins.
    .sort((a, b) => a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  const answers = askLoops(files);
  return files.flatMap(({ name, file }) => {
    const answer = answers.get(name);
    return answer ? describe(answer, file) : silentLoop(name, file);
  });
}

interface LoopFile {
  name: string;
  /** Its path as the kernel has it. */
  file: string;
}

type Answers = Map<string, LoopAnswer>;

/**
 * What the loop devices tell, by their names; nothing of those that do not answer. All are asked by another process, whatever lies at
 * their files' paths: what is there now need not be on the file's own filesystem (something mounted where a server was that has died,
 * with a file of the same name in it).
 */
function askLoops(files: readonly LoopFile[]): Answers {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  const answers: Answers = new Map();
  let silent = files;
  // What does not answer at once comes again, with more time, when all others have been asked.
  for (const milliseconds of [100, 400, PATIENCE_MILLISECONDS])
    silent = askUntilSilent(silent, answers, () =>
      Math.max(0, Math.min(milliseconds, Math.round(end - performance.now()))),
    );
  return answers;
}

/**
 * Asks, and keeps what is answered; where one does not, the others of its filesystem are not asked.
 * @param patience how many milliseconds there are for what is asked next
 * @returns those that have not answered
 */
function askUntilSilent(files: readonly LoopFile[], answers: Answers, patience: () => number): LoopFile[] {
  const silent: LoopFile[] = [];
  let rest = files;
  while (rest.length > 0) {
    const milliseconds = patience();
    if (milliseconds === 0) return [...silent, ...rest];
    const asked = loopAnswers(rest, milliseconds);
    const count = asked.indexOf(false);
    for (const [index, answer] of asked.entries())
      if (answer) answers.set((rest[index] as LoopFile).name, answer);
    if (count < 0) break;
    const [beside, elsewhere] = byFilesystem(rest.slice(count));
    silent.push(...beside);
    rest = elsewhere;
  }
  return silent;
}

/** The first with the others on its filesystem, and all else. */
function byFilesystem(files: readonly LoopFile[]): [beside: LoopFile[], elsewhere: LoopFile[]] {
  const mounts = readMounts();
  const filesystemOf = ({ name, file }: LoopFile) =>
    mountsOnTheWay(mounts, file).last.at(-1)?.superblock ?? name;
  const [first] = files.map(filesystemOf);
  return [
    files.filter(loop => filesystemOf(loop) === first),
    files.filter(loop => filesystemOf(loop) !== first),
  ];
}

function loopAnswers(files: readonly LoopFile[], milliseconds: number): ReturnType<Addon['loopAnswers']> {
  try {
    return addon().loopAnswers(files, milliseconds);
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal('no permission to look at loop devices (/dev/loop*): run as root');
    throw error;
  }
}

function describe(answer: LoopAnswer, shown: string): LoopDevice {
  const { name, rdev, device, inode, offset, sizeLimit, size, allocated } = answer;
  const key = imageKey(device, inode);
  return {
    node: `/dev/${name}`,
    device: deviceNumberOf(rdev),
    key,
    whole: offset === 0n && sizeLimit === 0n,
    file:
      size === null || allocated === null
        ? locateFile(shown, key, quietStatus)
        : presentFile(shown, { size, allocated }),
  };
}

/** None where it has gone meanwhile. */
function silentLoop(name: string, shown: string): LoopDevice[] {
  const device = readQuietly(`/sys/block/${name}/dev`)?.trim();
  const text = (file: string) => readQuietly(`/sys/block/${name}/loop/${file}`)?.trim();
  if (device === undefined || text('backing_file') === undefined) return [];
  return [
    {
      node: `/dev/${name}`,
      device: device as DeviceNumber,
      key: undefined,
      whole: text('offset') === '0' && text('sizelimit') === '0',
      file: { path: shown || undefined, place: 'unreachable', size: undefined, allocated: undefined },
    },
  ];
}

/**
 * Finds out whether the path that sysfs shows for a loop device leads to the file behind it.
 * @param shown the path as the kernel has it now, with " (deleted)" behind it where the file lost that name
 * @param statusOf what is at a path: 'nothing', or undefined where it cannot be looked at
 */
export function locateFile(
  shown: string,
  key: ImageKey,
  statusOf: (path: string) => Found | undefined,
): BackingFile {
  const nowhere = { size: undefined, allocated: undefined };
  if (shown === '') return { path: undefined, place: 'unreachable', ...nowhere };
  const direct = statusOf(shown);
  if (isFile(direct, key)) return presentFile(shown, direct);
  if (!shown.endsWith(DELETED)) return { path: shown, place: 'unreachable', ...nowhere };
  const path = shown.slice(0, -DELETED.length);
  const there = statusOf(path);
  // It was given the same name again.
  if (isFile(there, key)) return presentFile(path, there);
  if (there === undefined) return { path, place: 'unreachable', ...nowhere };
  return { path, place: there === 'nothing' ? 'deleted' : 'replaced', ...nowhere };
}

function isFile(status: Found | undefined, key: ImageKey): status is FileStatus {
  return status !== 'nothing' && status !== undefined && imageKey(status.device, status.inode) === key;
}

function presentFile(path: string, { size, allocated }: Pick<FileStatus, 'size' | 'allocated'>): BackingFile {
  return { path, place: 'present', size: bytes(size), allocated: bytes(allocated) };
}

/** What is at a path. */
export type Found = FileStatus | 'nothing';

/** What is at a path; undefined where it cannot be looked at. */
export function quietStatus(path: string): Found | undefined {
  try {
    return addon().fileStatus(path) ?? 'nothing';
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** A file of sysfs; undefined where there is none, or its device has gone in this moment. */
export function readQuietly(path: string): string | undefined {
  try {
    return addon().readText(path) ?? undefined;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
