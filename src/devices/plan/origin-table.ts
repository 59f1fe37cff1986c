import type { TargetLine } from '../../native/addon.ts';
import type { DeviceNumber } from './device-number.ts';
import { type Sectors, sectors } from './units.ts';

/** The table of an origin: `0 LENGTH snapshot-origin BASE` (the kernel's snapshot.rst). */
export interface OriginTable {
  type: 'snapshot-origin';
  length: Sectors;
  base: DeviceNumber;
}

export function printOriginTable(table: OriginTable): string {
  return table.base;
}

/** Undefined for anything but one snapshot-origin target that covers the whole device. */
export function parseOriginTable(targets: readonly TargetLine[]): OriginTable | undefined {
  const [line] = targets;
  if (targets.length !== 1 || line === undefined || line.start !== 0 || line.type !== 'snapshot-origin')
    return undefined;
  const base = line.parameters.trim();
  if (!/^\d+:\d+$/.test(base)) return undefined;
  return { type: 'snapshot-origin', length: sectors(line.length), base: base as DeviceNumber };
}
