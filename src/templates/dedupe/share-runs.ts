import { withBaseLock } from '../../devices/kernel/base-lock.ts';
import { requireImage } from '../../devices/kernel/images.ts';
import { requireNotReverted } from '../../devices/operations.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import type { Progress } from '../../words/progress.ts';
import { Refusal } from '../../words/refusal.ts';
import { type NameUser, requireNoSnapshots, requireStopped } from '../users.ts';
import { BLOCK } from './blocks.ts';
import { anotherFilesystem, cannotShare, type LeftOut, type OpenTemplate } from './open-templates.ts';
import type { Pace } from './pace.ts';
import type { Run } from './runs-in-common.ts';

/** Runs that are shared while the locks are held once. */
const MOST_RUNS = 64;

/** Bytes that two files are to share; at most as many as a pace has at once. */
export interface Piece {
  source: OpenTemplate;
  from: number;
  destination: OpenTemplate;
  to: number;
  length: number;
}

export interface Shared {
  /** Bytes that two images share now, and did not before. */
  shared: number;
  /** Templates that somebody began to use meanwhile. */
  leftOut: LeftOut[];
}

/**
 * Has images share what they have in common.
 * @throws Refusal where the filesystem cannot; what was shared until then stays so
 */
export async function shareRuns(
  templates: readonly OpenTemplate[],
  runs: readonly Run[],
  nameUser: NameUser,
  progress: Progress,
  pace: Pace,
): Promise<Shared> {
  progress.start(runs.reduce((sum, { blocks }) => sum + blocks * BLOCK, 0));
  try {
    return await sharePieces(piecesOf(templates, runs, pace.piece), nameUser, pace, progress.update);
  } finally {
    progress.end();
  }
}

/**
 * Has files share pieces; the kernel compares the bytes. What is just starting waits for one batch at most, and the template on
 * which it starts is left alone from then on: not for the sake of the bytes, which cannot change, but because its reads would
 * wait.
 * @param update told how many bytes were compared so far
 * @throws Refusal where the filesystem cannot; what was shared until then stays so
 */
export async function sharePieces(
  pieces: Iterable<Piece>,
  nameUser: NameUser,
  pace: Pace,
  update: (compared: number) => void = () => {},
): Promise<Shared> {
  const leftOut = new Map<OpenTemplate, string>();
  let [shared, compared] = [0, 0];
  for (const batch of batchesOf(pieces, pace.piece)) {
    const { source, destination } = batch[0];
    const bytes = batch.reduce((sum, { length }) => sum + length, 0);
    if (!leftOut.has(source) && !leftOut.has(destination)) {
      shared += shareBatch(batch, nameUser, leftOut);
      await pace.pay(2 * bytes);
    }
    compared += bytes;
    update(compared);
  }
  return { shared, leftOut: [...leftOut].map(([template, reason]) => ({ template, reason })) };
}

/** Pieces of two images each, as many as are compared at once. */
function* batchesOf(pieces: Iterable<Piece>, most: number): Generator<[Piece, ...Piece[]]> {
  let batch: Piece[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    const [first] = batch;
    const full =
      bytes + piece.length > most ||
      batch.length === MOST_RUNS ||
      first?.source !== piece.source ||
      first.destination !== piece.destination;
    if (first !== undefined && full) {
      yield [first, ...batch.slice(1)];
      batch = [];
      bytes = 0;
    }
    batch.push(piece);
    bytes += piece.length;
  }
  const [first, ...others] = batch;
  if (first !== undefined) yield [first, ...others];
}

function* piecesOf(templates: readonly OpenTemplate[], runs: readonly Run[], most: number): Generator<Piece> {
  for (const run of runs) {
    const source = templates[run.source.image];
    const destination = templates[run.destination.image];
    if (source === undefined || destination === undefined) continue;
    const [from, to, length] = [run.source.block * BLOCK, run.destination.block * BLOCK, run.blocks * BLOCK];
    for (let done = 0; done < length; done += most)
      yield { source, from: from + done, destination, to: to + done, length: Math.min(most, length - done) };
  }
}

/** @returns bytes; none where one of the templates is in use by now */
function shareBatch(
  batch: readonly [Piece, ...Piece[]],
  nameUser: NameUser,
  leftOut: Map<OpenTemplate, string>,
): number {
  const { source, destination } = batch[0];
  const share = () => {
    for (const template of [source, destination])
      try {
        requireStillUnused(template, nameUser);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        leftOut.set(template, error.message);
        return 0;
      }
    return batch.reduce((sum, piece) => sum + sharePiece(piece), 0);
  };
  return withBaseLock(source.image, share, [destination.image]);
}

function requireStillUnused({ image }: OpenTemplate, nameUser: NameUser): void {
  if (requireImage(image).key !== image.key)
    throw new Refusal(`template ${image.path} was replaced by another file in this moment: look again`);
  requireNotReverted(image);
  requireStopped(image, nameUser);
  requireNoSnapshots(image, nameUser);
}

/** @returns bytes; fewer where some are not the same: two blocks had one checksum, or somebody has written */
function sharePiece({ source, from, destination, to, length }: Piece): number {
  let shared = 0;
  try {
    while (shared < length) {
      const more = addon().shareRange(
        source.descriptor,
        from + shared,
        destination.descriptor,
        to + shared,
        length - shared,
      );
      if (more === 0) break;
      shared += more;
    }
    return shared;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EXDEV') throw anotherFilesystem(source.image, destination.image);
    if (['EOPNOTSUPP', 'ENOTTY', 'EINVAL', 'ENOSYS'].includes(error.code))
      throw cannotShare(destination.image, error.code);
    throw new Refusal(
      `blocks of ${source.image.path} and ${destination.image.path} could not be shared (${error.code}): no byte has ` +
        `changed, and what was shared before stays so; ${remedyOf(error.code)}, then the same command goes on`,
    );
  }
}

function remedyOf(code: string): string {
  if (code === 'ENOSPC') return 'make some room on their filesystem, which has to note it';
  if (code === 'EDQUOT') return 'lift the quota of their owner';
  if (code === 'ETXTBSY') return 'one of them is in use as swap: switch that off';
  if (code === 'EROFS') return 'make their filesystem writable';
  return 'see dmesg, mend the disk';
}
