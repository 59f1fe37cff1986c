// What is long or comes again: no limit inside may reach people as its own words, and nothing is said twice.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { requireImage } from '../../../src/devices/kernel/images.ts';
import { withOperation } from '../../../src/templates/operation-lock.ts';
import { check, checkLasting } from './checks.ts';
import { MEBIBYTE, makeImage } from './images.ts';
import { runTemplate } from './life/in-process.ts';
import { blockSnapshot, blockSnapshotBeside, executable, mustCleanup, run } from './programs.ts';
import { deviceNames, records } from './state.ts';

const UUID = '0035dc7a-843c-4ff1-9e2b-86a30f2fa51b';

check('a disk of eleven images with long paths is made, recorded whole, and taken down', (test, template) => {
  const folder = `${template.folder}/${`${'f'.repeat(250)}/`.repeat(3)}`;
  mkdirSync(folder, { recursive: true });
  const cows = Array.from({ length: 10 }, (_, layer) => makeImage(`${folder}cow${layer}.img`, 4 * MEBIBYTE));
  const images = [template.root, ...cows].join(':');
  const xml = `<domain type='kvm'><name>vm</name><uuid>${UUID}</uuid><metadata><devices xmlns="urn:block-snapshot:devices:1"><device target="vda" type="snapshot" images="${images}"/></devices></metadata><devices><disk type='block'><source dev='/run/block-snapshot/vm/vda'/><target dev='vda'/></disk></devices></domain>`;
  const hook = (...operation: string[]) =>
    spawnSync(executable('block-snapshot-qemu'), ['vm', ...operation, '-'], { input: xml, encoding: 'utf8' });
  test.match(hook('prepare', 'begin'), { status: 0, stderr: '' });
  test.equal(deviceNames().length, 10);
  const [parameters = ''] = records().filter(name => name.endsWith('-params'));
  test.equal(readFileSync(`/run/xen-hotplug/${parameters}`, 'utf8'), `${images}\n`);
  test.match(hook('release', 'end'), { status: 0, stderr: '' });
  const { status, stdout, stderr } = blockSnapshot('prepare', 'snapshot', images);
  test.same([status, stderr], [0, '']);
  mustCleanup('snapshot', stdout.trimEnd());
});

check('whatever the length of a path, an error is in words of ours', (test, template) => {
  for (const length of [240, 250, 255, 256, 4000, 4070, 4090, 4095, 4096, 9000]) {
    const name =
      length <= 256 ? 'x'.repeat(length - 4) : `${'y/'.repeat(Math.floor(length / 2))}`.slice(0, -8);
    const path = `${template.folder}/${name}.img`;
    for (const images of [`${path}:${template.vm1}`, `${template.root}:${path}`])
      test.match(blockSnapshot('prepare', 'snapshot', images), {
        status: 1,
        stdout: '',
        stderr: /^block-snapshot: (?!.*addon)(?:base|cow) .*\n$/,
      });
  }
});

check(
  'a limit on the size of files is an error in words, and leaves nothing made',
  (test, { root, rootCow, vm1 }) => {
    truncateSync(vm1, MEBIBYTE);
    const limited = (...parameters: string[]) =>
      run('bash', ['-c', 'ulimit -f 1; exec "$0" "$@"', executable(), ...parameters]);
    const said = (cow: string) =>
      new RegExp(
        `^block-snapshot: .*${cow}.*: its filesystem, or ulimit -f, takes no file of \\S+ MiB: .*\n$`,
      );
    test.match(limited('prepare', 'snapshot', `${root}:${rootCow}:${vm1}`), {
      status: 1,
      stderr: said('root-cow.img'),
    });
    test.same(deviceNames(), []);
    runTemplate(root, rootCow, [0, 4096]);
    test.match(limited('prepare', 'snapshot', `${root}:${rootCow}:${vm1}`), {
      status: 1,
      stderr: said('vm1-cow.img'),
    });
    test.same(deviceNames(), []);
    test.match(limited('commit', root), { status: 1, stderr: said('root.img') });
  },
);

checkLasting('a command that waits for another, and tries again, warns once', async (test, template) => {
  const { root, rootCow } = template;
  truncateSync(root, 4 * MEBIBYTE - 5);
  await withOperation(requireImage({ role: 'template', path: root }), 'a trim', async () => {
    const { status, stderr } = await blockSnapshotBeside('prepare', 'snapshot', `${root}:${rootCow}`);
    test.equal(status, 1);
    test.equal(stderr.match(/are no full sector/g)?.length, 1, stderr);
  });
});
