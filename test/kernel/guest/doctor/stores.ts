import { closeSync, openSync, writeSync } from 'node:fs';
import { checkLasting } from '../checks.ts';
import { CHUNK_BYTES, MEBIBYTE, makeImage } from '../images.ts';
import { planOverflow } from '../kernel-log.ts';
import { makeSmallSnapshot } from '../list/seen.ts';
import { must, mustCleanup, run } from '../programs.ts';
import { running } from './devices.ts';
import { diagnose, finds } from './diagnosis.ts';

/** Writes to that many chunks of a device, through to it. */
function fill(node: string, chunks: number): void {
  run('dd', ['if=/dev/zero', `of=${node}`, `bs=${CHUNK_BYTES}`, `count=${chunks}`, 'oflag=direct']);
}

finds('a store that is too small and nearly full; udev was not told of what others have made', {
  kinds: ['small-store', 'not-hidden'],
  mends: false,
  plant: template => {
    const node = makeSmallSnapshot(template, template.vm1, MEBIBYTE);
    must('udevadm', 'settle');
    fill(node, 5);
    const descriptor = openSync(node, 'r');
    return () => {
      closeSync(descriptor);
      mustCleanup('snapshot', node);
    };
  },
});

checkLasting('a store that overflowed is found, with what became of it', async (test, template) => {
  planOverflow();
  const node = makeSmallSnapshot(template, template.rootCow, MEBIBYTE);
  const descriptor = openSync(node, 'r');
  fill(node, 20);
  const { findings } = await diagnose();
  const lost = findings.find(({ kind }) => kind === 'lost-store');
  test.ok(lost?.found.some(part => typeof part !== 'string' && part.text === template.rootCow));
  test.same(lost?.safe, false);
  closeSync(descriptor);
  mustCleanup('snapshot', node);
});

finds('a filesystem that cannot hold what may still be written', {
  kinds: ['space-short'],
  mends: false,
  plant: ({ folder, root }) => {
    const small = `${folder}/small`;
    must('mkdir', small);
    must('mount', '-t', 'tmpfs', '-o', 'size=2M', 'tmpfs', small);
    const [rootCow, vm1] = [`${small}/root-cow.img`, `${small}/vm1-cow.img`].map(path =>
      makeImage(path, 4 * MEBIBYTE),
    );
    const { stop } = running({ folder, root, rootCow: rootCow ?? '', vm1: vm1 ?? '', vm2: '', hash: '' });
    return () => {
      stop();
      must('umount', small);
    };
  },
});

/** What another program writes at the beginning of a file. */
export function writeForeignHeader(path: string): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, Buffer.from('something else than a store'), 0, 16, 0);
  closeSync(descriptor);
}
