// Points of a recording, each as a power cut leaves the disk there.
import type { Test } from 'tap';
import { afterPowerCut, type Recording } from './recorded-disk.ts';
import { replay } from './write-log.ts';

/**
 * Looks at a disk as the power leaves it when it fails after writes that were recorded.
 * @param sample how many points are looked at, spread evenly from the beginning of the action on; and when it has been answered
 * @param look told whether the action was answered before
 */
export async function atPoints(
  test: Test,
  { start, entries }: Recording,
  sample: number,
  look: (mount: string, point: string, done: boolean) => Promise<void> | void,
): Promise<void> {
  const begin = entries.findIndex(entry => entry.kind === 'mark' && entry.name === 'begin');
  const end = entries.findIndex(entry => entry.kind === 'mark' && entry.name === 'done');
  test.ok(begin >= 0 && end > begin, 'the recording is whole');
  const disk = Buffer.from(start);
  const step = Math.max(1, Math.floor((entries.length - begin) / sample));
  let looked = 0;
  for (const [index, entry] of entries.entries()) {
    replay(disk, entry);
    if (index < begin || (index !== end && (index - begin) % step !== 0)) continue;
    looked += 1;
    await afterPowerCut(disk, async mount =>
      look(mount, `write ${index} of ${entries.length}`, index >= end),
    );
  }
  test.ok(looked >= Math.min(sample, 10), `${looked} of ${entries.length - begin} points were looked at`);
}
