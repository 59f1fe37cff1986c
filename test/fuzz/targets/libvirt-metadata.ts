// The XML of a domain, which whoever defines domains writes.
import '../made-up-host.ts';
import { readMetadata } from '../../../src/libvirt/metadata.ts';
import { must, readOrRefused } from '../oracle.ts';
import { textOf } from '../pieces.ts';

export function fuzz(data: Uint8Array): void {
  const metadata = readOrRefused(() => readMetadata(textOf(data)));
  if (metadata === undefined) return;
  const { uuid, devices } = metadata;
  must(devices.length === 0 || /^[0-9a-f-]{36}$/.test(uuid), 'a domain that has devices has a uuid');
  const targets = devices.map(({ target }) => target);
  must(new Set(targets).size === targets.length, 'a disk has one device');
  must(
    targets.every(target => /^[A-Za-z]\w*$/.test(target)),
    'a target is a word',
  );
}
