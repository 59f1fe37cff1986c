import { check } from '../checks.ts';
import { statKey } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { must } from '../programs.ts';
import { tableLine } from '../state.ts';
import { onlyTemplate, seen } from './seen.ts';

check('a device that was left without a table is shown where its name puts it', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  const name = `${node.slice('/dev/mapper/'.length)}-${statKey(template.vm1)}`;
  must('dmsetup', 'create', name, '--notable');
  test.match(onlyTemplate().versions[0], {
    layers: [{ state: 'unfinished', size: null, cow: { path: null, key: statKey(template.vm1) } }],
  });
  must('dmsetup', 'remove', name);
  cleanupHere('snapshot', node);
  must('dmsetup', 'create', name, '--notable');
  test.match(onlyTemplate(), { image: { key: statKey(template.root), path: null }, size: null });
  must('dmsetup', 'remove', name);
});

check('a device of which only the name is ours is shown as foreign', (test, template) => {
  const name = `snapshot-${statKey(template.root)}-${statKey(template.rootCow)}`;
  must('dmsetup', 'create', name, '--table', '0 8192 error');
  test.match(onlyTemplate().versions, [{ node: `/dev/mapper/${name}`, state: 'foreign' }]);
  must('dmsetup', 'remove', name);
  const [base, cow] = [template.root, template.vm1].map(path => must('losetup', '-f', '--show', path));
  must('dmsetup', 'create', name, '--table', `0 8192 snapshot ${base} ${cow} P 256`);
  test.match(
    onlyTemplate().versions,
    [{ state: 'foreign', cow: { path: template.vm1 } }],
    'its cow is another',
  );
  must('dmsetup', 'remove', name);
  for (const loop of [base, cow]) must('losetup', '-d', loop ?? '');
});

check(
  'a snapshot that is being merged back is shown as merging, and one that is suspended as such',
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow);
    const name = node.slice('/dev/mapper/'.length);
    const table =
      tableLine(name)?.replace(' snapshot ', ' snapshot-merge ').replace(' 1 discard_zeroes_cow', '') ?? '';
    must('dmsetup', 'suspend', name);
    test.match(onlyTemplate().versions, [{ state: 'active', suspended: true }]);
    must('dmsetup', 'load', name, '--table', table);
    must('dmsetup', 'resume', name);
    test.match(onlyTemplate().versions, [{ state: 'merging', suspended: false, outdated: false }]);
    cleanupHereByForce(name);
  },
);

check('a block device as base is shown by its own name', (test, template) => {
  const loop = must('losetup', '-f', '--show', template.root);
  must('dmsetup', 'create', 'volume', '--table', `0 8192 linear ${loop} 0`);
  const node = prepareHere('snapshot', '/dev/mapper/volume', template.rootCow);
  const { image, versions } = onlyTemplate();
  test.match(image, { path: '/dev/mapper/volume', place: 'present', loop: null });
  test.match(versions, [{ node, state: 'active', outdated: false, cow: { path: template.rootCow } }]);
  test.match(seen().loopDevices, [
    { node: loop, users: [{ kind: 'device', name: 'volume' }], unused: false },
  ]);
  cleanupHere('snapshot', node);
  must('dmsetup', 'remove', 'volume');
  must('losetup', '-d', loop);
});

function cleanupHereByForce(name: string): void {
  must('dmsetup', 'remove', name);
}
