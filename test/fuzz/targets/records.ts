// What is kept of VMs' disks in /run, read back.
import '../made-up-host.ts';
import { recordedAccess } from '../../../src/claims/access-record.ts';
import { readRecord } from '../../../src/claims/records.ts';
import { nameOf } from '../../../src/devices/plan/device-names.ts';
import { makeUpKernel } from '../made-up-kernel.ts';
import { must, readOrRefused } from '../oracle.ts';
import { piecesOf, textOf } from '../pieces.ts';

/** The texts of the node, of the type, of the parameters, and of how the disk is had. */
export function fuzz(data: Uint8Array): void {
  const [node, type, parameters, mode] = piecesOf(data).map(textOf);
  makeUpKernel({
    readText(path) {
      const text = path.endsWith('-mode')
        ? mode
        : path.endsWith('-type')
          ? type
          : path.endsWith('-params')
            ? parameters
            : node;
      return text ?? null;
    },
    fileStatus: () => ({ kind: 'directory', user: 0, mode: 0o755 }) as never,
  });
  const record = readOrRefused(() => readRecord('backend-vbd-5-51712'));
  const named = node?.trimEnd();
  if (record !== undefined)
    must(
      [record.node, nameOf(record.node)].includes(named ?? ''),
      'a record is of the node that stands there',
    );
  must(
    ['read', 'write', 'share'].includes(recordedAccess('backend-vbd-5-51712')),
    'a disk is had in one of three ways',
  );
}
