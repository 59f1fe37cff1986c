// A derived template has the bytes of the other, takes no space, and lives on its own.
import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { readDerivedLabel } from '../../../../src/devices/kernel/derived-label-file.ts';
import { allocatedBytes, hashOf, MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, messageOf, revisionsHere, runTemplate } from '../life/in-process.ts';
import { seen } from '../list/seen.ts';
import { blockSnapshot, executable, must } from '../programs.ts';
import { deriveHere } from './in-process.ts';
import { checkSharing, newTemplate, roomOf } from './sharing-filesystem.ts';

const cowOf = (image: string) => image.replace(/\.img$/, '-cow.img');

checkSharing('a clone takes no space, and neither template changes with the other', (test, point) => {
  const parent = makeImage(newTemplate(point, 'parent'), 16 * MEBIBYTE, 'random');
  chmodSync(parent, 0o640);
  chownSync(parent, 5, 6);
  chmodSync(`${point}/parent`, 0o2770);
  chownSync(`${point}/parent`, 5, 6);
  const hash = hashOf(parent);
  const room = roomOf(point);
  const { status, stdout, stderr } = blockSnapshot('derive', `${point}/parent`, `${point}/child`);
  const child = `${point}/child/root.img`;
  test.same([status, stderr], [0, '']);
  test.equal(stdout, `${child}: derived from ${parent}, 16.0 MiB\n`);
  test.ok(room - roomOf(point) < MEBIBYTE, 'it takes no space');
  test.equal(hashOf(child), hash);
  test.same(readdirSync(`${point}/child`), ['root.img'], 'no undo, and no cow');
  const ownerOf = (path: string) => {
    const { uid, gid, mode } = statSync(path);
    return [uid, gid, mode & 0o7777];
  };
  test.same(ownerOf(child), [5, 6, 0o640]);
  test.same(ownerOf(`${point}/child`), [5, 6, 0o2770]);
  runTemplate(child, cowOf(child), [0, MEBIBYTE]);
  commitHere(child);
  test.not(hashOf(child), hash);
  test.equal(hashOf(parent), hash, 'the run of the one changes nothing of the other');
  const now = hashOf(child);
  runTemplate(parent, cowOf(parent), [5 * MEBIBYTE, 2 * MEBIBYTE]);
  commitHere(parent);
  test.equal(hashOf(child), now);
  test.same([revisionsHere(child).length, revisionsHere(parent).length], [1, 1]);
});

checkSharing('list says what a template was derived from, and VMs may be on that one', (test, point) => {
  const parent = makeImage(newTemplate(point, 'parent'), MEBIBYTE, 'random');
  const onParent = prepareHere('snapshot', parent, cowOf(parent));
  const { image: child } = deriveHere(parent, `${point}/a-child.img`);
  test.equal(child, `${point}/a-child.img`);
  const onChild = prepareHere('snapshot', child, cowOf(child));
  test.equal(hashOf(onChild), hashOf(onParent));
  test.match(
    seen().templates.map(({ image, derivedFrom }) => [image.path, derivedFrom?.path ?? null]),
    [
      [child, parent],
      [parent, null],
    ],
  );
  test.match(must(executable(), 'list'), `\n  ${child}  from ${parent}, 20`);
  cleanupHere('snapshot', onChild);
  cleanupHere('snapshot', onParent);
});

checkSharing("a VM's disk on the one is none on the other: each has versions of its own", (test, point) => {
  const parent = makeImage(newTemplate(point, 'parent'), MEBIBYTE, 'random');
  const vm = makeImage(`${point}/vm.img`, MEBIBYTE);
  const node = prepareHere('snapshot', parent, cowOf(parent), vm);
  writeRandomAt(node, 0, 300_000);
  cleanupHere('snapshot', node);
  const { image: child } = deriveHere(parent, `${point}/child`);
  runTemplate(child, cowOf(child), [0, 4096]);
  commitHere(child);
  test.match(
    messageOf(() => prepareHere('snapshot', child, cowOf(child), vm)),
    `cow ${vm} `,
  );
  cleanupHere('snapshot', prepareHere('snapshot', parent, cowOf(parent), vm));
});

checkSharing('a copy to another filesystem has the same bytes and holes', (test, point) => {
  const parent = makeImage(newTemplate(point, 'parent'), 64 * MEBIBYTE);
  writeRandomAt(parent, 3 * MEBIBYTE, 2 * MEBIBYTE);
  writeRandomAt(parent, 40 * MEBIBYTE, MEBIBYTE);
  const child = `${point.replace(/[^/]*$/, '')}child.img`;
  const refused = blockSnapshot('derive', parent, child);
  test.equal(refused.status, 1);
  test.match(refused.stderr, `${child} cannot be made a clone of template ${parent}: `);
  test.match(refused.stderr, '--copy');
  const { status, stdout } = blockSnapshot('derive', parent, child, '--copy', '--json');
  test.equal(status, 0);
  test.match(JSON.parse(stdout), { template: child, derivedFrom: parent, size: 64 * MEBIBYTE });
  test.equal(hashOf(child), hashOf(parent));
  test.ok(allocatedBytes(child) <= 4 * MEBIBYTE, `${allocatedBytes(child)} are taken`);
  must('rm', child);
});

checkSharing(
  'a template of clones is derived from while it runs, and its versions say of what',
  (test, point) => {
    const parent = makeImage(newTemplate(point, 'parent'), MEBIBYTE, 'random');
    const hash = hashOf(parent);
    /** It runs, and is changed; `beside` happens meanwhile. */
    const run = (image: string, beside = () => {}) => {
      const node = must(executable(), 'prepare', 'reflink-origin', image);
      writeRandomAt(node, 0, 4096);
      beside();
      must(executable(), 'cleanup', 'reflink-origin', node);
      must(executable(), 'commit', image);
    };
    let child = '';
    run(parent, () => {
      child = deriveHere(parent, `${point}/child`).image;
    });
    test.equal(hashOf(child), hash, 'the newest version that was committed');
    run(child);
    test.not(hashOf(child), hash);
    test.equal(readDerivedLabel(child)?.from, parent);
  },
);

checkSharing(
  'a run is not undone where the blocks that it shares cannot be written, and the kernel may not say so',
  (test, point) => {
    const parent = makeImage(newTemplate(point, 'parent'), MEBIBYTE, 'random');
    const hash = hashOf(parent);
    runTemplate(parent, cowOf(parent), [0, MEBIBYTE / 2]);
    commitHere(parent);
    const now = hashOf(parent);
    must(executable(), 'derive', `${point}/parent`, `${point}/child`);
    const filler = `${point}/filler`;
    must('fallocate', '-l', String(roomOf(point) - 100 * 1024), filler);
    const { status, stderr } = blockSnapshot('revert', parent, '--yes');
    test.equal(status, 1);
    test.match(
      stderr,
      /^block-snapshot: runs of \S+ cannot be undone now: its filesystem, .* left\), and 512 KiB are needed: make room there, then try again; nothing is lost\n$/,
    );
    test.same([hashOf(parent), revisionsHere(parent).length], [now, 1]);
    must('rm', filler);
    roomOf(point);
    must(executable(), 'revert', parent, '--yes');
    test.equal(hashOf(parent), hash);
    test.equal(hashOf(`${point}/child/root.img`), now);
  },
);
