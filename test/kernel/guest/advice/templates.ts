// What the commands on templates advise when a template is not as they need it.
import { closeSync, openSync } from 'node:fs';
import { check } from '../checks.ts';
import { MEBIBYTE, type Template } from '../images.ts';
import { prepareHere } from '../in-process.ts';
import { runTemplate } from '../life/in-process.ts';
import { blockSnapshot, must, mustCleanup } from '../programs.ts';
import { follow } from './follow.ts';

const OPERATIONS: readonly string[][] = [['revert', '--yes'], ['trim'], ['commit']];

/** A finished run, so that there is something to revert. */
function finishedRun({ root, rootCow, folder }: Template): void {
  runTemplate(root, rootCow, [0, MEBIBYTE]);
  blockSnapshot('commit', folder);
}

for (const operation of OPERATIONS)
  check(
    `${operation[0]} on a template whose origin was left: what it advises lets it go on`,
    (test, template) => {
      finishedRun(template);
      prepareHere('origin', template.root, template.rootCow);
      const { status, stderr } = blockSnapshot(...operation, template.folder);
      test.equal(status, 1);
      test.match(follow(stderr, 'block-snapshot cleanup origin'), { status: 0, said: '' });
      test.match(blockSnapshot(...operation, template.folder), { status: 0 });
    },
  );

for (const operation of OPERATIONS.slice(0, 2))
  check(
    `${operation[0]} with snapshots that nobody has open: what it advises lets it go on`,
    (test, template) => {
      finishedRun(template);
      prepareHere('snapshot', template.root, template.rootCow, template.vm1);
      const { status, stderr } = blockSnapshot(...operation, template.folder);
      test.equal(status, 1);
      test.match(follow(stderr, 'block-snapshot cleanup snapshot'), { status: 0, said: '' });
      test.match(blockSnapshot(...operation, template.folder), { status: 0 });
    },
  );

check(
  'a revert of a run that is not committed: the commit that it advises makes it revision 1',
  (test, template) => {
    finishedRun(template);
    runTemplate(template.root, template.rootCow, [0, 4096]);
    const { stderr } = blockSnapshot('revert', '--yes', template.root);
    test.match(follow(stderr, 'block-snapshot commit'), { status: 0 });
    test.match(blockSnapshot('revert', '--yes', template.root), { status: 0 });
  },
);

check('a revert further than there are revisions: the list that it advises shows them', (test, template) => {
  finishedRun(template);
  const { stderr } = blockSnapshot('revert', '--yes', '--revision', '7', template.root);
  test.match(follow(stderr, 'block-snapshot revisions'), { status: 0, said: /root-cow\.img\.old/ });
});

for (const operation of OPERATIONS.slice(0, 2))
  check(
    `${operation[0]} of an image on somebody's loop device: detached as it advises, it goes on`,
    (test, template) => {
      finishedRun(template);
      must('losetup', '-f', template.root);
      const { status, stderr } = blockSnapshot(...operation, template.root);
      test.equal(status, 1);
      test.match(follow(stderr, 'losetup -d'), { status: 0 });
      test.match(blockSnapshot(...operation, template.root), { status: 0 });
    },
  );

check('a snapshot that a program has open: the list that is advised names the program', (test, template) => {
  finishedRun(template);
  const vm = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const descriptor = openSync(vm, 'r');
  const { stderr } = blockSnapshot('trim', template.root);
  test.match(follow(stderr, 'block-snapshot list'), { status: 0, said: new RegExp(`node|${process.pid}`) });
  closeSync(descriptor);
  mustCleanup('snapshot', vm);
});

check('what list says that nobody uses goes by the command it gives', (test, template) => {
  prepareHere('origin', template.root, template.rootCow);
  test.match(follow(blockSnapshot('list').stdout, 'block-snapshot cleanup origin'), { status: 0, said: '' });
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm2);
  test.match(follow(blockSnapshot('list').stdout, 'block-snapshot cleanup snapshot'), {
    status: 0,
    said: '',
  });
  test.equal(mustCleanup('snapshot', node), '', 'it is gone');
});
