// The life of a template on each filesystem that people keep images on: it runs through, or is refused with a reason.
import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import type { Test } from 'tap';
import { checkLasting } from './checks.ts';
import { FILESYSTEMS, type FilesystemKind } from './filesystems/mounts.ts';
import './filesystems/sick-servers.ts';
import { disk, mustAdd, mustRemove } from './hotplug/disks.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { CHUNK_BYTES, hashOf, MEBIBYTE, makeImage, writeRandomAt } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { refusalOf, revertHere, revisionsHere, trimHere } from './life/in-process.ts';
import { onlyTemplate, seen } from './list/seen.ts';
import { leftovers, takeAllDown } from './state.ts';

const SIZE = 4 * MEBIBYTE;

/** A template, and the disk of one VM, on a filesystem. */
interface Files {
  root: string;
  rootCow: string;
  vm: string;
}

for (const [index, kind] of FILESYSTEMS.entries())
  checkLasting(`the life of a template on ${kind.name}`, async (test, { folder }) => {
    const { point, unmount } = kind.mount(`${folder}/${index}`);
    try {
      const files = {
        root: makeImage(`${point}/root.img`, SIZE, 'random'),
        rootCow: `${point}/root-cow.img`,
        vm: makeImage(`${point}/vm.img`, SIZE),
      };
      const first = hashOf(files.root);
      keptCow(test, files, first);
      oneRun(test, files, disk(200 + index, 'origin'));
      await backAgain(test, files, first);
      await trimmed(test, files, kind);
      const left = leftovers().filter(line => !line.endsWith('filesystem.img'));
      test.same(left, [], 'nothing is left but what is mounted');
    } finally {
      takeAllDown();
      unmount();
    }
  });

/** The template's cow is missing, and what a VM writes to its own stays. */
function keptCow(test: Test, { root, rootCow, vm }: Files, first: string): void {
  const node = prepareHere('snapshot', root, rootCow, vm);
  test.equal(hashOf(node), first, 'a VM sees the template, whose cow was missing');
  writeRandomAt(node, MEBIBYTE, 100_000);
  const written = hashOf(node);
  cleanupHere('snapshot', node);
  test.equal(prepareHere('snapshot', root, rootCow, vm), node);
  test.equal(hashOf(node), written, 'its cow keeps what it wrote');
  cleanupHere('snapshot', node);
}

/** The template runs, and its run is committed when it stops, while a VM of the version before runs on. */
function oneRun(test: Test, { root, rootCow, vm }: Files, template: ReturnType<typeof disk>): void {
  const old = prepareHere('snapshot', root, rootCow, vm);
  const seenBefore = hashOf(old);
  const origin = mustAdd(template, `${root}:${rootCow}`);
  writeRandomAt(origin, 0, MEBIBYTE);
  test.equal(hashOf(old), seenBefore, 'a VM that runs keeps its version');
  const { versions } = onlyTemplate();
  test.match(versions, [{ state: 'active', outdated: false }]);
  test.ok((versions[0]?.used ?? 0) >= MEBIBYTE, 'the old blocks are kept');
  test.equal(seen().filesystems.length, 1, 'what is left on the filesystem is known');
  mustRemove(template);
  test.equal(hashOf(old), seenBefore, 'after the commit, too');
  test.match(revisionsHere(root), [{ state: 'valid', changed: MEBIBYTE }]);
  // NFS gives a file that is open another name when one is put in its place: then it cannot be told.
  test.not(onlyTemplate().versions[0]?.outdated, false);
  const now = prepareHere('snapshot', root, rootCow);
  test.equal(hashOf(now), hashOf(root), 'a VM that starts sees what the template wrote');
  cleanupHere('snapshot', now);
  cleanupHere('snapshot', old);
}

async function backAgain(test: Test, { root }: Files, first: string): Promise<void> {
  test.match(await revertHere(root), { runs: 1 });
  test.equal(hashOf(root), first, 'a revert brings back every byte');
}

async function trimmed(test: Test, { root }: Files, { noTrim }: FilesystemKind): Promise<void> {
  const descriptor = openSync(root, 'r+');
  writeSync(descriptor, Buffer.alloc(8 * CHUNK_BYTES), 0, 8 * CHUNK_BYTES, 0);
  closeSync(descriptor);
  const before = hashOf(root);
  const reader = spawn('tail', ['-f', '-c', '1', root], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise(resolve => reader.stdout.once('data', resolve));
  test.match(await refusalOf(() => trimHere(root)), `template ${root} is open in `);
  reader.kill();
  await new Promise(resolve => reader.once('close', resolve));
  if (noTrim !== undefined) test.match(await refusalOf(() => trimHere(root)), noTrim);
  else test.match(await trimHere(root), { freed: 8 * CHUNK_BYTES, allocated: statSync(root).blocks * 512 });
  test.equal(hashOf(root), before, 'a trim changes no byte');
}

process.once('beforeExit', () => xenstored.stop());
