// What is advised where a store, a label or a record is not what it has to be.
import { rmSync, writeFileSync } from 'node:fs';
import { RECORDS_FOLDER } from '../../../../src/claims/claims.ts';
import { BASE_LABEL, STORE_LABEL } from '../../../../src/devices/plan/label.ts';
import { REVERT_ATTRIBUTE } from '../../../../src/devices/plan/revert-names.ts';
import { addon } from '../../../../src/native/addon.ts';
import { check } from '../checks.ts';
import { hashOf, MEBIBYTE, makeImage, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, runTemplate } from '../life/in-process.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare } from '../programs.ts';
import { adviceIn, follow } from './follow.ts';

const stackOf = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1].join(':');

/** A VM writes to its disk. @returns what it sees last */
function vmWrites({ root, rootCow, vm1 }: Template): string {
  const node = prepareHere('snapshot', root, rootCow, vm1);
  writeRandomAt(node, MEBIBYTE, 4096);
  const hash = hashOf(node);
  cleanupHere('snapshot', node);
  return hash;
}

check('a disk of an earlier version: the stack that is named gives it as it was', (test, template) => {
  const { root, rootCow } = template;
  const kept = vmWrites(template);
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.equal(status, 1);
  const stack = /it belongs to, (\S+?);/.exec(stderr)?.[1] ?? '';
  const node = mustPrepare('snapshot', stack);
  test.equal(hashOf(node), kept);
  mustCleanup('snapshot', node);
});

check('a disk of an earlier version: --force, as advised, takes it all the same', (test, template) => {
  const { root, rootCow } = template;
  vmWrites(template);
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const { stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  const forced = follow(
    `${adviceIn(stderr, 'block-snapshot prepare --force')} snapshot ${stackOf(template)}`,
    'block-snapshot prepare --force',
  );
  test.match(forced, { status: 0 });
  mustCleanup('snapshot', forced.said.trim());
});

check(
  'a run on an image that was changed since: committed as advised, it is an undo, and VMs start',
  (test, template) => {
    const { root, rootCow } = template;
    runTemplate(root, rootCow, [0, 4096]);
    writeRandomAt(root, 2 * MEBIBYTE, 512);
    const start = () => blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}`);
    const { status, stderr } = start();
    test.equal(status, 1);
    test.match(follow(stderr, 'block-snapshot commit'), { status: 0 });
    const { stdout } = start();
    test.equal(hashOf(stdout.trim()), hashOf(root));
    mustCleanup('snapshot', stdout.trim());
  },
);

check(
  'labels that are none, taken away as advised: what they were on is taken as it is',
  (test, template) => {
    const { root, vm1 } = template;
    const kept = vmWrites(template);
    for (const [path, name] of [
      [vm1, STORE_LABEL],
      [root, BASE_LABEL],
      [root, REVERT_ATTRIBUTE],
    ] as const) {
      addon().setFileAttribute(path, name, 'no label');
      const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
      test.equal(status, 1, name);
      test.match(follow(stderr, 'setfattr -x'), { status: 0 });
      const node = mustPrepare('snapshot', ...stackOf(template).split(':'));
      test.equal(hashOf(node), kept);
      mustCleanup('snapshot', node);
    }
  },
);

check('a label beside that is none, removed as advised: its store is taken as it is', (test, template) => {
  const kept = vmWrites(template);
  const beside = `${template.vm1}.store-label`;
  addon().removeFileAttribute(template.vm1, STORE_LABEL);
  writeFileSync(beside, 'no label\n');
  const { stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.match(stderr, `${beside} is no label`);
  test.match(stderr, 'remove it to take that as it is');
  rmSync(beside);
  const node = mustPrepare('snapshot', ...stackOf(template).split(':'));
  test.equal(hashOf(node), kept);
  mustCleanup('snapshot', node);
});

check(
  'a record that is damaged, removed as advised: cleanup goes on, and list shows the device',
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow);
    must('mkdir', '-p', RECORDS_FOLDER);
    const record = `${RECORDS_FOLDER}/backend-vbd-99-51712-node`;
    writeFileSync(record, node);
    const { status, stderr } = blockSnapshot('cleanup', 'snapshot', node);
    test.equal(status, 1);
    test.match(stderr, `${record} is damaged`);
    test.match(follow(stderr, 'block-snapshot list'), { status: 0, said: 'root-cow.img' });
    rmSync(record);
    mustCleanup('snapshot', node);
  },
);

check('a cow that was cut short: another, as advised, serves', (test, template) => {
  vmWrites(template);
  must('truncate', '-s', '300K', template.vm1);
  const { status, stderr } = blockSnapshot('prepare', 'snapshot', stackOf(template));
  test.equal(status, 1);
  test.match(stderr, 'put a whole copy of it there, or give another');
  const other = makeImage(`${template.folder}/another.img`, 4 * MEBIBYTE);
  mustCleanup('snapshot', mustPrepare('snapshot', template.root, template.rootCow, other));
});
