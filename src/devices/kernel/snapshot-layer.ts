import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { nodeOf } from '../plan/device-names.ts';
import { type DeviceNumber, deviceNumber } from '../plan/device-number.ts';
import { takesDiscards } from '../plan/discards.ts';
import { CHUNK } from '../plan/exception-store.ts';
import { isOurChunk } from '../plan/settings.ts';
import { parseSnapshotTable, printSnapshotTable, type SnapshotTable } from '../plan/snapshot-table.ts';
import type { Layer } from '../plan/stack-plan.ts';
import type { Sectors } from '../plan/units.ts';
import { isBackedBy } from './backed-by.ts';
import type { Backing } from './backing.ts';
import { foreignTable, type Standing } from './device-state.ts';
import type { Image } from './images.ts';
import { inTheWay } from './in-the-way.ts';
import { lostStore } from './lost-store.ts';
import { withOriginSuspended } from './origin-device.ts';
import { isFull, roomText } from './room.ts';
import { storeStatus } from './store-status.ts';
import type { UdevSession } from './udev-session.ts';

/** A layer that is there: what the next one is put on. */
export interface LiveLayer {
  device: DeviceNumber;
  length: Sectors;
  table: SnapshotTable;
}

/**
 * Proves that a device that is there already is the layer that is asked for.
 * @param isUnder whether a device of its table is what has to be under it
 * @throws Refusal when it is another, or its store has overflowed
 */
export function verifyLayer(
  layer: Layer<Image>,
  standing: Standing & { kind: 'live' },
  isUnder: (device: DeviceNumber) => boolean,
): LiveLayer {
  const { name, cow } = layer;
  const table = parseSnapshotTable(standing.state.targets);
  if (table === undefined) throw foreignTable(name, 'it is not one persistent snapshot');
  if (!isUnder(table.origin)) throw foreignTable(name, `it is put on device ${table.origin}`);
  if (!isBackedBy(table.cow, cow)) throw foreignTable(name, `its cow ${table.cow} is not ${cow.path}`);
  if (!isOurChunk(table.chunk))
    throw foreignTable(name, `its chunk size is ${table.chunk} sectors, not ${CHUNK}`);
  const status = storeStatus(name);
  if (status !== undefined && status.kind !== 'serving') throw lostStore(cow, nodeOf(name));
  return { device: standing.device, length: table.length, table };
}

/**
 * Makes the snapshot device of a layer, or finishes one that was left without a table. On failure it is gone.
 * @param chunk of the cow's store
 * @param origin the name of the base's origin where it has to be suspended meanwhile
 */
export function makeLayer(
  layer: Layer<Image>,
  standing: Standing & { kind: 'absent' | 'unfinished' },
  under: { device: DeviceNumber; length: Sectors },
  base: Image,
  cow: Backing,
  chunk: Sectors,
  origin: string | undefined,
  udev: UdevSession,
): LiveLayer {
  const { name } = layer;
  const table: SnapshotTable = {
    type: 'snapshot',
    length: under.length,
    origin: under.device,
    cow: cow.device,
    chunk,
    // On every layer: device-mapper lets a discard through to the top one only if all devices under it take discards
    // (dm_table_supports_discards); what is below the top never gets one, for it is not passed down.
    discardZeroesCow: takesDiscards(kernelRelease(), chunk),
  };
  const { major, minor } = standing.kind === 'absent' ? addon().createDevice(name) : standing.state;
  try {
    loadSnapshot(layer, base, table);
    withOriginSuspended(origin, udev, () => udev.resume(name));
  } catch (error) {
    withOriginSuspended(origin, udev, () => udev.remove(name));
    throw error;
  }
  return { device: deviceNumber(major, minor), length: table.length, table };
}

let release: string | undefined;

/** Of the kernel, which stays the same for as long as this program runs. */
function kernelRelease(): string | undefined {
  release ??= addon().readText('/proc/sys/kernel/osrelease') ?? undefined;
  return release;
}

/** Loads the table; a kernel before 5.3 does not know the discard feature, and gets it without. */
function loadSnapshot(layer: Layer<Image>, base: Image, table: SnapshotTable): void {
  const load = (wanted: SnapshotTable) =>
    addon().loadTable(layer.name, wanted.length, wanted.type, printSnapshotTable(wanted));
  try {
    load(table);
  } catch (error) {
    if (!isSystemError(error, 'EINVAL')) throw loadFailure(layer, base, table, error);
    if (!addon().targetTypes().includes(table.type))
      throw new Refusal(
        'the kernel has no device-mapper target "snapshot": load the module (modprobe dm-snapshot)',
      );
    if (!table.discardZeroesCow) throw loadFailure(layer, base, table, error);
    try {
      load({ ...table, discardZeroesCow: false });
    } catch (second) {
      throw loadFailure(layer, base, table, second);
    }
  }
}

function loadFailure(layer: Layer<Image>, base: Image, table: SnapshotTable, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  // The kernel does not say of which of the two devices somebody is the only owner.
  const found = isSystemError(error, 'EBUSY')
    ? ((layer.first ? inTheWay(base, table.origin) : undefined) ?? inTheWay(layer.cow, table.cow))
    : undefined;
  if (found !== undefined) return found;
  if (isSystemError(error, 'EIO') && layer.cow.device === undefined && isFull(layer.cow.path))
    return new Refusal(
      `cow ${layer.cow.path} could not be begun: ${roomText(layer.cow.path)}: make room there, then try again`,
    );
  return new Refusal(
    `the kernel does not take ${layer.cow.path} as the cow of /dev/mapper/${layer.name} ` +
      `(${error.code}${error.detail ? `, ${error.detail}` : ''}): the reason is in dmesg`,
  );
}
