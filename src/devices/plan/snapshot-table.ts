import type { TargetLine } from '../../native/addon.ts';
import type { DeviceNumber } from './device-number.ts';
import { type Sectors, sectors } from './units.ts';

/**
 * The table of a snapshot: `0 LENGTH snapshot ORIGIN COW P CHUNK [1 discard_zeroes_cow]`
 * (Documentation/admin-guide/device-mapper/snapshot.rst of the kernel).
 */
export interface SnapshotTable {
  type: 'snapshot';
  length: Sectors;
  /** The device that is seen through the snapshot. */
  origin: DeviceNumber;
  /** The device that holds the exception store. */
  cow: DeviceNumber;
  chunk: Sectors;
  /** A discard of whole chunks frees them in the store. */
  discardZeroesCow: boolean;
}

/** The kernel counts a chunk in 32 bits: ten digits. */
const PARAMETERS = /^(\d+:\d+) (\d+:\d+) PO? (\d{1,10})((?: \S+)*)$/;

/** What follows LENGTH and the type. A device that is not there yet may have other words in its place. */
export function printSnapshotTable(
  table: Pick<SnapshotTable, 'chunk' | 'discardZeroesCow'> & { origin: string; cow: string },
): string {
  const features = table.discardZeroesCow ? ' 1 discard_zeroes_cow' : '';
  return `${table.origin} ${table.cow} P ${table.chunk}${features}`;
}

/** The target that writes what a store keeps back to its base; its table has the same form (the kernel's snapshot.rst). */
export const MERGE = 'snapshot-merge';

/** Undefined for anything but one persistent snapshot target that covers the whole device. */
export function parseSnapshotTable(targets: readonly TargetLine[]): SnapshotTable | undefined {
  return parseTable(targets, 'snapshot');
}

/** The same of a device that is being merged. */
export function parseMergeTable(targets: readonly TargetLine[]): SnapshotTable | undefined {
  return parseTable(targets, MERGE);
}

function parseTable(targets: readonly TargetLine[], type: string): SnapshotTable | undefined {
  const [line] = targets;
  if (targets.length !== 1 || line === undefined || line.start !== 0 || line.type !== type) return undefined;
  const match = PARAMETERS.exec(line.parameters.trim());
  if (!match) return undefined;
  const [, origin, cow, chunk, features] = match;
  return {
    type: 'snapshot',
    length: sectors(line.length),
    origin: origin as DeviceNumber,
    cow: cow as DeviceNumber,
    chunk: sectors(Number(chunk)),
    discardZeroesCow: features?.includes(' discard_zeroes_cow') ?? false,
  };
}
