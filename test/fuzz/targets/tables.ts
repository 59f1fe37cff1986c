// Tables and status of device-mapper's devices: of any device on the machine, whoever made it.
import '../made-up-host.ts';
import { parseOriginTable } from '../../../src/devices/plan/origin-table.ts';
import { parseSnapshotStatus } from '../../../src/devices/plan/snapshot-status.ts';
import {
  parseMergeTable,
  parseSnapshotTable,
  printSnapshotTable,
} from '../../../src/devices/plan/snapshot-table.ts';
import { must } from '../oracle.ts';
import { textOf } from '../pieces.ts';

/** As dmsetup prints them: START LENGTH TYPE PARAMETERS on each line. */
export function fuzz(data: Uint8Array): void {
  const targets = textOf(data)
    .split('\n')
    .map(line => {
      const [start, length, type = '', ...words] = line.split(' ');
      return { start: Number(start) || 0, length: Number(length) || 0, type, parameters: words.join(' ') };
    });
  const snapshot = parseSnapshotTable(targets);
  const origin = parseOriginTable(targets);
  must(
    [snapshot, origin, parseMergeTable(targets)].filter(found => found !== undefined).length <= 1,
    'a table is of one type',
  );
  if (snapshot !== undefined) {
    const parameters = printSnapshotTable(snapshot);
    const again = parseSnapshotTable(targets.map(target => ({ ...target, parameters })));
    must(JSON.stringify(again) === JSON.stringify(snapshot), 'a table that was read is printed as it was');
  }
  if (snapshot !== undefined || origin !== undefined)
    must(
      targets.length === 1 && targets[0]?.start === 0,
      'a table of ours has one target, from the beginning',
    );
  const status = parseSnapshotStatus(targets);
  if (status.kind === 'serving')
    must(
      [status.used, status.all, status.metadata].every(count => count >= 0),
      'a store has counts',
    );
}
