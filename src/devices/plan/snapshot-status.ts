import type { TargetLine } from '../../native/addon.ts';
import { type Sectors, sectors } from './units.ts';

/**
 * What a snapshot says of its store: how full it is, or why it serves no longer
 * (drivers/md/dm-snap.c, snapshot_status: `USED/ALL METADATA`, `Invalid`, `Overflow`, `Merge failed`, `Unknown`).
 */
export type SnapshotStatus =
  | { kind: 'serving'; used: Sectors; all: Sectors; metadata: Sectors }
  | { kind: 'invalid' | 'overflow' | 'merge failed' | 'unknown' };

const USAGE = /^(\d+)\/(\d+) (\d+)$/;

const WORDS: ReadonlyMap<string, 'invalid' | 'overflow' | 'merge failed'> = new Map([
  ['Invalid', 'invalid'],
  ['Overflow', 'overflow'],
  ['Merge failed', 'merge failed'],
] as const);

/** Reads the status of a device that is one snapshot, or one snapshot that is being merged. */
export function parseSnapshotStatus(targets: readonly TargetLine[]): SnapshotStatus {
  const said = targets[0]?.parameters.trim() ?? '';
  const match = USAGE.exec(said);
  if (match === null) return { kind: WORDS.get(said) ?? 'unknown' };
  const [used = 0, all = 0, metadata = 0] = match.slice(1).map(Number);
  return { kind: 'serving', used: sectors(used), all: sectors(all), metadata: sectors(metadata) };
}
