import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import type { Progress } from '../../words/progress.ts';
import { Refusal } from '../../words/refusal.ts';
import { Addresses, type Stretch, stretchesOf } from './addresses.ts';
import { BLOCK } from './blocks.ts';
import type { OpenTemplate } from './open-templates.ts';
import type { Pace } from './pace.ts';
import type { KnownBlocks } from './runs-in-common.ts';
import { type Look, whatToRead } from './what-to-read.ts';

/**
 * Reads the blocks of images that have to be known, and keeps 32 bits of each; of what they hold nothing else is looked at.
 * @throws Refusal where one cannot be read
 */
export async function readBlocks(
  templates: readonly OpenTemplate[],
  progress: Progress,
  pace: Pace,
): Promise<KnownBlocks[]> {
  const stretches = templates.map(template => readable(template, () => stretchesOf(template.descriptor)));
  const looks = whatToRead(stretches);
  progress.start(looks.flat().reduce((sum, { length, like }) => sum + (like === undefined ? length : 0), 0));
  try {
    const checksums = await readAll(templates, stretches, looks, progress, pace);
    return checksums.map((sums, image) => ({
      checksums: sums,
      addresses: new Addresses(stretches[image] ?? []),
    }));
  } finally {
    progress.end();
  }
}

async function readAll(
  templates: readonly OpenTemplate[],
  stretches: readonly (readonly Stretch[])[],
  looks: readonly (readonly Look[])[],
  progress: Progress,
  pace: Pace,
): Promise<Uint32Array[]> {
  const checksums = stretches.map(all => {
    const last = all.at(-1);
    return new Uint32Array(last === undefined ? 0 : (last.start + last.length) / BLOCK);
  });
  let looked = 0;
  for (const [image, template] of templates.entries()) {
    const own = checksums[image] ?? new Uint32Array();
    for (const { start, length, like } of looks[image] ?? []) {
      if (like !== undefined) continue;
      for (let done = 0; done < length; ) {
        const piece = Math.min(pace.piece, length - done);
        const position = start + done;
        const sums = readable(template, () =>
          addon().blockChecksums(template.descriptor, position, piece, BLOCK),
        );
        own.set(new Uint32Array(sums), position / BLOCK);
        done += piece;
        looked += piece;
        progress.update(looked);
        await pace.pay(piece);
      }
    }
    for (const { start, length, like } of looks[image] ?? []) {
      const from = (like?.start ?? 0) / BLOCK;
      const theirs = like && checksums[like.image];
      if (theirs !== undefined) own.set(theirs.subarray(from, from + length / BLOCK), start / BLOCK);
    }
  }
  return checksums;
}

function readable<Result>({ image }: OpenTemplate, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Refusal(
      `template ${image.path} cannot be read (${error.code}): no byte has changed; mend its disk, then try again`,
    );
  }
}
