// /etc/block-snapshot.conf.
import '../made-up-host.ts';
import { isOurChunk, parseSettings } from '../../../src/devices/plan/settings.ts';
import { must, readOrRefused } from '../oracle.ts';
import { textOf } from '../pieces.ts';

export function fuzz(data: Uint8Array): void {
  const settings = readOrRefused(() => parseSettings(textOf(data), '/etc/block-snapshot.conf'));
  if (settings === undefined) return;
  const { revisions, chunk, directIo, commitOnStop, reserve } = settings;
  must(Number.isInteger(revisions) && revisions >= 0 && revisions <= 100, 'a number of revisions is one');
  must(isOurChunk(chunk), 'a chunk is one of those that can be chosen');
  must(directIo === 'on' || directIo === 'off', 'direct I/O is on or off');
  must(
    [commitOnStop, reserve].every(flag => typeof flag === 'boolean'),
    'what is yes or no is so',
  );
}
