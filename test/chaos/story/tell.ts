// Stories, one after the other, until one does not end as it has to; that is made as short as it can be.
import { readdirSync } from 'node:fs';
import fc, { type AsyncCommand } from 'fast-check';
import { takeAllDown } from '../faults/power-cut.ts';
import { newHost } from '../model/host.ts';
import { requireNoComplaint, requireSound } from '../real/checks.ts';
import type { Filesystem } from '../real/filesystem.ts';
import { setUp, tearDown } from '../real/stage.ts';
import type { Model } from './operation.ts';
import { Counts, Scene } from './scene.ts';
import { steps, type Without } from './steps.ts';

/** How long a story may be. */
const STEPS = 80;

export interface Told {
  counts: Counts;
  /** Of the one that did not end as it has to: why, and the story in lines that can be typed. */
  failure: { why: string; story: readonly string[] } | undefined;
}

export interface Telling {
  seed: number;
  operations: number;
  without: Without;
  /** Told at once when one fails. */
  hear: (line: string) => void;
  /** Milliseconds since the beginning, after which no other story is begun. */
  until?: number;
}

let folders = 0;

/** Tells stories until that many operations were done. */
export async function tell(
  filesystem: Filesystem,
  { seed, operations, without, hear, until = Number.POSITIVE_INFINITY }: Telling,
): Promise<Told> {
  const counts = new Counts();
  let failure: Told['failure'];
  let running: Promise<void> = Promise.resolve();
  const story = async (commands: Iterable<AsyncCommand<Model, Scene>>) => {
    folders += 1;
    const host = newHost(`${filesystem.point}/${folders}`, filesystem.clones, 2, 3);
    const scene = new Scene(host, filesystem, counts);
    try {
      setUp(host, scene.story);
      await fc.asyncModelRun(() => ({ model: { host } satisfies Model, real: scene }), commands);
      requireSound(host);
      requireNoComplaint();
      requireFewDescriptors();
    } catch (error) {
      if (failure === undefined)
        hear(`${error}, after ${scene.story.lines.length} lines: that story is made shorter`);
      // The last one that fails is the shortest.
      failure = { why: String(error), story: scene.story.lines };
      throw error;
    } finally {
      takeAllDown(host);
      tearDown(host);
    }
  };
  const property = fc.asyncProperty(
    fc.commands(steps(without), { maxCommands: STEPS, size: 'max' }),
    commands => {
      running = story(commands);
      return running;
    },
  );
  const begun = performance.now();
  for (let round = 0; counts.operations < operations && performance.now() - begun < until; round++) {
    await fc.check(property, {
      seed: seed * SEEDS + round,
      numRuns: 1,
      unbiased: true,
      interruptAfterTimeLimit: SHRINKING,
    });
    // Out of time, the last one that was tried goes on.
    await running.catch(() => {});
    if (failure !== undefined) return { counts, failure };
  }
  return { counts, failure: undefined };
}

/** Stories of one seed have their own ones, so many at most. */
const SEEDS = 10_000;
/** How long a story is made shorter; milliseconds. */
const SHRINKING = 120_000;

/** The library of device-mapper keeps its own open, and so does this program: but no more with each story. */
const MORE_DESCRIPTORS = 8;
let descriptors: number | undefined;

function requireFewDescriptors(): void {
  const open = readdirSync('/proc/self/fd').length;
  descriptors ??= open + MORE_DESCRIPTORS;
  if (open > descriptors)
    throw new Error(`${open} files are open, at first there were ${descriptors - MORE_DESCRIPTORS}`);
}
