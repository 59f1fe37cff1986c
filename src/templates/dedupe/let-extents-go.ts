import { folderOf } from '../../devices/plan/folder-of.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { warn } from '../../words/complaint.ts';
import type { NameUser } from '../users.ts';
import type { Stretch } from './addresses.ts';
import { BLOCK } from './blocks.ts';
import type { Found } from './found.ts';
import { BTRFS, type LeftOut, type OpenTemplate } from './open-templates.ts';
import type { Pace } from './pace.ts';
import { type Piece, sharePieces } from './share-runs.ts';

/** Bytes of an image, from the first to the one behind the last. */
export interface Span {
  start: number;
  end: number;
}

/**
 * btrfs gives an extent back when no block of it is in use: what was not shared keeps the rest. That is copied to a file without
 * a name, and the image shares the copy: no byte changes, for the kernel compares here as well, and the extent goes.
 * @param unused those that nobody has begun to use meanwhile
 * @returns those that somebody begins to use
 */
export async function letExtentsGo(
  { templates, known, runs }: Found,
  unused: readonly OpenTemplate[],
  nameUser: NameUser,
  pace: Pace,
): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = [];
  for (const [image, template] of templates.entries()) {
    if (!unused.includes(template) || addon().filesystemType(template.descriptor) !== BTRFS) continue;
    const shared = runs
      .filter(({ destination }) => destination.image === image)
      .map(({ destination: { block }, blocks }) => ({ start: block * BLOCK, end: (block + blocks) * BLOCK }))
      .sort((a, b) => a.start - b.start);
    try {
      const left = whatIsLeft(known[image]?.addresses.stretches ?? [], shared);
      leftOut.push(...(await moveAll(template, ownOnly(template, left).flat(), nameUser, pace)));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      warn(
        `extents of ${template.image.path} are kept whole, though a part of them is in use (${error.message})`,
      );
    }
  }
  return leftOut;
}

/**
 * What is left of stretches of which the larger part was shared, stretch by stretch.
 * @param shared in order
 */
export function whatIsLeft(stretches: readonly Stretch[], shared: readonly Span[]): Span[][] {
  const all: Span[][] = [];
  let next = 0;
  for (const { start, length, physical } of stretches) {
    const end = start + length;
    const left: Span[] = [];
    let at = start;
    while ((shared[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    for (let index = next; at < end; index++) {
      const run = shared[index];
      const to = Math.min(end, run?.start ?? end);
      if (at < to) left.push({ start: at, end: to });
      at = run === undefined ? end : Math.max(at, run.end);
    }
    const bytes = left.reduce((sum, span) => sum + span.end - span.start, 0);
    if (physical !== undefined && bytes > 0 && bytes * 2 < length) all.push(left);
  }
  return all;
}

/** Without what other files have as well: moved, it would be kept all the same. */
function ownOnly({ descriptor }: OpenTemplate, left: readonly Span[][]): Span[][] {
  if (left.length === 0) return [];
  const others = spansOfOthers(descriptor);
  let next = 0;
  return left.filter(spans => {
    while ((others[next]?.end ?? Number.POSITIVE_INFINITY) <= (spans[0]?.start ?? 0)) next += 1;
    const end = spans.at(-1)?.end ?? 0;
    for (let index = next; (others[index]?.start ?? Number.POSITIVE_INFINITY) < end; index++) {
      const other = others[index] ?? { start: 0, end: 0 };
      if (spans.some(span => other.start < span.end && span.start < other.end)) return false;
    }
    return true;
  });
}

/** Of an image, what other files have as well. */
function spansOfOthers(descriptor: number): Span[] {
  const spans: Span[] = [];
  for (let position = 0; ; ) {
    const extents = addon().nextExtents(descriptor, position);
    const last = extents.at(-1);
    if (last === undefined) return spans;
    for (const { start, length, shared } of extents) if (shared) spans.push({ start, end: start + length });
    position = last.start + last.length;
  }
}

async function moveAll(
  template: OpenTemplate,
  spans: readonly Span[],
  nameUser: NameUser,
  pace: Pace,
): Promise<LeftOut[]> {
  if (spans.length === 0) return [];
  const { temporary, readWrite } = addon().openFlags;
  const copy = addon().openFile(folderOf(template.image.path), temporary | readWrite, 0o600);
  try {
    // Neither shares with the other.
    if (addon().isNoCopyOnWrite(copy) !== addon().isNoCopyOnWrite(template.descriptor)) return [];
    const source = { ...template, descriptor: copy };
    const pieces: Piece[] = [];
    for (const { start, end } of spans)
      for (let from = start; from < end; from += pace.piece) {
        const length = Math.min(pace.piece, end - from);
        addon().copyRange(template.descriptor, copy, from, length);
        await pace.pay(length);
        pieces.push({ source, from, destination: template, to: from, length });
      }
    const { leftOut } = await sharePieces(pieces, nameUser, pace);
    return leftOut.slice(0, 1).map(({ reason }) => ({ template, reason }));
  } finally {
    addon().closeFile(copy);
  }
}
