// Versions that are the storage's own: read-only exports, by names that stay. RBD's names are stood for by links to NBD.
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { check } from '../checks.ts';
import { inFile } from '../filesystems/mounts.ts';
import { domain, linkOf, start, stop } from '../hotplug/hook.ts';
import { hashOf, MEBIBYTE, makeImage, readAt, writeRandomAt } from '../images.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare, run } from '../programs.ts';
import { fingerprint } from '../state.ts';
import { named } from './names.ts';
import { connect, disconnect, withServer } from './nbd.ts';
import { withVersions } from './with-versions.ts';

check('a version is a base without a cow of its own, and each VM reads its own', (test, template) => {
  withVersions(template, ({ v1, v2, hashes }) => {
    const [first, second] = [
      mustPrepare('snapshot', v1, template.vm1),
      mustPrepare('snapshot', v2, template.vm2),
    ];
    test.same([hashOf(first), hashOf(second)], hashes);
    const written = writeRandomAt(first, 0, 4096);
    test.same(readAt(first, 0, 4096), written);
    test.equal(hashOf(second), hashes[1], 'what one writes no other sees');
    test.equal(hashOf(v1), hashes[0], 'nor does the version');
    mustCleanup('snapshot', first);
    mustCleanup('snapshot', second);
  });
});

const MIXTURE =
  /^block-snapshot: base \S+ has another name, or another size, than the one that cow \S+ was begun on: together they would be a mixture; give a new cow; or, if you know that it fits, use it all the same \(block-snapshot prepare --force\)\n$/;

check(
  'a cow that is kept belongs to the name that its base was given by, and to its size',
  (test, template) => {
    withVersions(template, ({ v1, v2, hashes }) => {
      const cow = template.vm1;
      const node = mustPrepare('snapshot', v1, cow);
      const written = writeRandomAt(node, 0, 4096);
      mustCleanup('snapshot', node);
      const before = fingerprint();
      const refused = (base: string, what: string) =>
        test.match(
          blockSnapshot('prepare', 'snapshot', `${base}:${cow}`),
          { status: 1, stdout: '', stderr: MIXTURE },
          what,
        );
      refused(v2, 'another version');
      refused('/dev/nbd0', 'the same device by a name of a moment');
      test.equal(fingerprint(), before);
      const link = `${template.folder}/link`;
      symlinkSync(v1, link);
      for (const base of [v1, link, `/dev/rbd/../rbd/pool/image@v1`]) {
        const again = mustPrepare('snapshot', base, cow);
        test.same(readAt(again, 0, 4096), written, `${base} is the same name`);
        mustCleanup('snapshot', again);
      }
      // The number that the device has is no part of it: the next start may give another.
      disconnect(0);
      disconnect(1);
      connect(0, 'v2');
      connect(1, 'v1');
      named('image@v1', '/dev/nbd1');
      named('image@v2', '/dev/nbd0');
      const moved = mustPrepare('snapshot', v1, cow);
      test.same(readAt(moved, 0, 4096), written);
      test.same(readAt(moved, 8192, 4096), readAt(template.root, 8192, 4096));
      mustCleanup('snapshot', moved);
      refused(v2, 'another export under the device that it was begun on');
      const forced = must(
        'sh',
        '-c',
        `"$0" prepare --force snapshot "$1"`,
        process.env['BLOCK_SNAPSHOT'] ?? `${process.cwd()}/dist/block-snapshot`,
        `${v2}:${cow}`,
      );
      test.not(hashOf(forced), hashes[0]);
      mustCleanup('snapshot', forced);
    });
  },
);

check('another size under the same name is another base', (test, template) => {
  const larger = makeImage(`${template.folder}/larger.img`, 8 * MEBIBYTE, 'random');
  withServer(
    [
      { name: 'v1', file: template.root },
      { name: 'larger', file: larger },
    ],
    () => {
      const base = named('image@v1', connect(0, 'v1'));
      const node = mustPrepare('snapshot', base, template.vm1);
      writeRandomAt(node, 0, 4096);
      mustCleanup('snapshot', node);
      disconnect(0);
      connect(0, 'larger');
      test.match(blockSnapshot('prepare', 'snapshot', `${base}:${template.vm1}`), {
        status: 1,
        stderr: MIXTURE,
      });
    },
  );
});

check('while a disk lies on a device, another export under it never gives its bytes', (test, template) => {
  const other = makeImage(`${template.folder}/other.img`, 4 * MEBIBYTE, 'random');
  withServer(
    [
      { name: 'v1', file: template.root },
      { name: 'other', file: other },
    ],
    () => {
      const base = connect(0, 'v1');
      const node = mustPrepare('snapshot', base, template.vm1);
      must('nbd-client', '-d', base);
      for (const options of [[], ['-L']]) {
        run('nbd-client', [...options, '-N', 'other', '127.0.0.1', base]);
        const { status, stdout } = spawnSync('dd', [`if=${node}`, 'bs=4096', 'count=1', 'iflag=direct']);
        test.not(status, 0, 'it gives errors');
        test.equal(stdout.length, 0);
        test.match(
          blockSnapshot('prepare', 'snapshot', `${base}:${template.vm1}`),
          { status: 1, stdout: '' },
          'and is not handed out',
        );
      }
      mustCleanup('snapshot', node);
    },
  );
});

const MOMENT =
  /^block-snapshot: warning: base \/dev\/nbd0 may be another device after the next start, and cow \S+ would not know: give it by a name that stays \(\/dev\/disk\/by-id\/\.\.\., \/dev\/rbd\/POOL\/IMAGE@SNAP, \/dev\/VG\/LV\)\n$/;

check('a base by a name of a moment is warned of where its cow is kept', (test, template) => {
  withServer([{ name: 'v1', file: template.root }], () => {
    const base = connect(0, 'v1');
    const mounted = inFile('ext4', 64, ['mkfs.ext4', '-q', '-b', '4096']).mount(template.folder);
    const kept = makeImage(`${mounted.point}/kept.img`, MEBIBYTE);
    const said = (image: string, cow: string) => {
      const { status, stdout, stderr } = blockSnapshot('prepare', 'snapshot', `${image}:${cow}`);
      test.equal(status, 0);
      mustCleanup('snapshot', stdout.trim());
      return stderr;
    };
    test.match(said(base, kept), MOMENT);
    test.equal(said(base, template.vm1), '', 'one in memory is gone by then itself');
    const fresh = makeImage(`${mounted.point}/fresh.img`, MEBIBYTE);
    test.equal(said(named('image@v1', base), fresh), '');
    mounted.unmount();
  });
});

check('a template is written by whoever has it writable, and a version by nobody', (test, template) => {
  withVersions(template, ({ v1, head }) => {
    test.match(blockSnapshot('prepare', 'origin', `${v1}:${template.rootCow}`), {
      status: 1,
      stderr:
        /^block-snapshot: base \S+@v1 is a block device that cannot be written, and an origin has to: see blockdev --getro \S+@v1\n$/,
    });
    const origin = mustPrepare('origin', head, template.rootCow);
    const written = writeRandomAt(origin, MEBIBYTE, 4096);
    test.match(blockSnapshot('commit', head), {
      status: 1,
      stderr: /^block-snapshot: template \S+ is running /,
    });
    mustCleanup('origin', origin);
    test.same(readAt(`${template.folder}/head.img`, MEBIBYTE, 4096), written, 'it is on the server');
  });
});

check("libvirt's hook takes a version of the storage", (test, template) => {
  withVersions(template, ({ v1, hashes }) => {
    const of = domain('cluster', 1);
    start(of, `${v1}:${template.vm1}`);
    test.equal(hashOf(linkOf(of)), hashes[0]);
    stop(of);
  });
});
