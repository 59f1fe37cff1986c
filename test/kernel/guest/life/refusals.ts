import { closeSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import type { Test } from 'tap';
import { claimRevisions, makeMark } from '../../../../src/templates/revert/mark.ts';
import { findTemplate, templateFiles } from '../../../../src/templates/template-files.ts';
import { checkLasting } from '../checks.ts';
import {
  deleteBackend,
  disk,
  makeBackend,
  mustAdd,
  mustRemove,
  readBackend,
  runScript,
} from '../hotplug/disks.ts';
import { LOG } from '../hotplug/surroundings.ts';
import { hashOf, MEBIBYTE, makeImage, statKey, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, executable, must, run } from '../programs.ts';
import { fingerprint } from '../state.ts';
import {
  commitHere,
  markOverflowed,
  refusalOf,
  revertHere,
  revisionsHere,
  runTemplate,
  trimHere,
} from './in-process.ts';

/** A template with one finished run. */
function withOneRun({ root, rootCow }: Template): void {
  runTemplate(root, rootCow, [0, MEBIBYTE]);
  commitHere(root, { revisions: 3 });
}

/** Refused, with nothing changed: not a device, not a name, not a byte. */
async function refused(
  test: Test,
  template: Template,
  reason: string | RegExp,
  revision?: number,
): Promise<void> {
  const state = () => [fingerprint(), hashOf(template.root), readdirSync(template.folder).sort()];
  const before = state();
  test.match(await refusalOf(() => revertHere(template.root, revision)), reason);
  test.same(state(), before, `unchanged: ${reason}`);
}

checkLasting('a revert is refused where there is nothing to go back to', async (test, template) => {
  const { root, rootCow } = template;
  await refused(test, template, `template ${root} has no revision to go back to`);
  withOneRun(template);
  await refused(
    test,
    template,
    `template ${root} has no revision 2: there is 1 (block-snapshot revisions ${root})`,
    2,
  );
  runTemplate(root, rootCow, [0, 4096]);
  await refused(
    test,
    template,
    `the last run of template ${root} is not committed yet: block-snapshot commit ${root}`,
  );
});

checkLasting('a revert is refused when the undo is not whole', async (test, template) => {
  const { root, rootCow } = template;
  withOneRun(template);
  runTemplate(root, rootCow, [0, MEBIBYTE]);
  commitHere(root, { revisions: 3 });
  markOverflowed(`${rootCow}.old.1`);
  await refused(
    test,
    template,
    `revision 2 of ${root} cannot be undone: its store ${rootCow}.old.1 overflowed`,
    2,
  );
  writeRandomAt(`${rootCow}.old`, 0, 4096);
  await refused(test, template, `${rootCow}.old holds something other than a snapshot store`);
});

checkLasting(
  'a damaged chunk size in a header is refused by name, and nothing is read by it',
  async (test, template) => {
    const { root, rootCow } = template;
    withOneRun(template);
    const undo = `${rootCow}.old`;
    const store = openSync(undo, 'r+');
    const before = process.resourceUsage().maxRSS;
    // Sectors: 2 GiB, 512 GiB, none, one that is no power of two, and one that another program may have chosen.
    for (const chunk of [0x40_0000, 0x4000_0000, 0, 257, 16]) {
      writeSync(store, Buffer.from(new Uint32Array([chunk]).buffer), 0, 4, 12);
      await refused(test, template, `${undo} holds something other than a snapshot store`);
      test.match(revisionsHere(root), [{ path: undo, state: 'not a store', changed: 0 }]);
    }
    closeSync(store);
    const kibibytes = process.resourceUsage().maxRSS - before;
    test.ok(kibibytes < 200_000, `it takes no memory for that: ${kibibytes} KiB`);
  },
);

checkLasting(
  'a revert is refused while the template runs or a VM uses it, and names who',
  async (test, template) => {
    const { root, rootCow } = template;
    withOneRun(template);
    const origin = disk(70, 'origin');
    mustAdd(origin, `${root}:${rootCow}`);
    await refused(
      test,
      template,
      `template ${root} is running (/dev/mapper/origin-${statKey(root)}, used by VM disk backend-vbd-70-51712): stop it first`,
    );
    mustRemove(origin);
    const vm = disk(71);
    const node = mustAdd(vm, `${root}:${rootCow}:${template.vm1}`);
    await refused(
      test,
      template,
      `template ${root} is in use: VM disk backend-vbd-71-51712 has ${node}: stop those VMs first`,
    );
    mustRemove(vm);
    const byHand = prepareHere('snapshot', root, rootCow, template.vm1);
    await refused(
      test,
      template,
      `has a snapshot that nobody has open, ${byHand}: if no VM is just starting on it, block-snapshot cleanup snapshot`,
    );
    must('sh', '-c', `sleep 30 <${byHand} >/dev/null 2>&1 & echo $! >/run/lab/sleeper`);
    await refused(
      test,
      template,
      `template ${root} is in use: ${byHand} is open: see by whom with block-snapshot list`,
    );
    must('kill', readFileSync('/run/lab/sleeper', 'utf8').trim());
    must('sh', '-c', `while [ -e /proc/$(cat /run/lab/sleeper) ]; do sleep 0.05; done`);
    cleanupHere('snapshot', byHand);
    const loop = must('losetup', '-f', '--show', root);
    await refused(test, template, `template ${root} is attached to ${loop}`);
    must('losetup', '-d', loop);
  },
);

checkLasting(
  'while a revert is unfinished nothing starts on the template, and all are told why',
  async (test, template) => {
    const { root, rootCow } = template;
    const other = makeImage(`${template.folder}/other-cow.img`, 4 * MEBIBYTE);
    const names = [`snapshot-${statKey(root)}-${statKey(rootCow)}`, `origin-${statKey(root)}`];
    withOneRun(template);
    // What a revert leaves that the power cut has ended after its first steps.
    makeMark(findTemplate(templateFiles(root)), 1);
    claimRevisions(rootCow, 1);
    const reason = `template ${root} is half-way back to an earlier version (${rootCow}.reverting): finish that first, block-snapshot revert ${root}; where it cannot be finished, block-snapshot revert --abandon ${root} gives it up\n`;
    for (const command of [
      ['prepare', 'snapshot', `${root}:${rootCow}`],
      ['prepare', 'snapshot', `${root}:${rootCow}:${template.vm1}`],
      ['prepare', 'snapshot', `${root}:${other}`],
      ['prepare', 'origin', `${root}:${rootCow}`],
      ['commit', root],
      ['trim', root],
    ])
      test.same(
        blockSnapshot(...command),
        { status: 1, stdout: '', stderr: `block-snapshot: ${reason}` },
        command.join(' '),
      );
    for (const name of names)
      test.match(
        run(executable('create-snapshot'), [name, root, rootCow]).stderr,
        /half-way back|does not agree/,
      );
    const vm = disk(72);
    makeBackend(vm, `${root}:${rootCow}:${template.vm1}`);
    const added = runScript(vm, 'add');
    test.same([added.status, added.stderr], [1, `block-snapshot: ${reason}`]);
    test.equal(`${readBackend(vm, 'hotplug-error')}\n`, reason, 'libxl is told');
    deleteBackend(vm);
    test.match(blockSnapshot('revisions', root).stdout, 'is half-way back to an earlier version');
    await refused(test, template, `template ${root} is half-way back over 1 run, not 2`, 2);
    test.match(await revertHere(root), { runs: 1, goesOn: true });
    test.equal(hashOf(root), template.hash);
    cleanupHere('snapshot', prepareHere('snapshot', root, rootCow));
    test.match(
      await refusalOf(() => trimHere(`${template.folder}/nothing.img`)),
      'nothing.img does not exist',
    );
  },
);

checkLasting('a mark that says nothing is not believed', async (test, template) => {
  withOneRun(template);
  must('touch', `${template.rootCow}.reverting`);
  await refused(
    test,
    template,
    `${template.rootCow}.reverting holds nothing, not the number of runs to undo`,
  );
  must('mv', `${template.rootCow}.reverting`, `${template.rootCow}.reverting.1`);
  await refused(test, template, `${template.rootCow}.reverting.1 is left of a revert whose mark`);
});

checkLasting(
  'the removal of an origin commits the run, once nobody uses it any more',
  async (test, template) => {
    const { root, rootCow } = template;
    const [first, second, vm] = [disk(73, 'origin'), disk(74, 'origin'), disk(75)];
    const old = mustAdd(vm, `${root}:${rootCow}:${template.vm1}`);
    const node = mustAdd(first, `${root}:${rootCow}`);
    mustAdd(second, `${root}:${rootCow}`, 'w!');
    writeRandomAt(node, 0, MEBIBYTE);
    const cow = statKey(rootCow);
    mustRemove(first);
    test.equal(statKey(rootCow), cow, 'another VM has the template still');
    unlinkSync(LOG);
    mustRemove(second);
    test.equal(statKey(`${rootCow}.old`), cow, 'committed');
    test.match(
      readFileSync(LOG, 'utf8'),
      `remove: the template has stopped, removed origin-${statKey(root)}, committed ${MEBIBYTE} bytes of changes`,
    );
    test.equal(hashOf(old), template.hash, 'the VM of the old version reads what it read');
    mustAdd(first, `${root}:${rootCow}`);
    mustRemove(first);
    test.equal(statKey(`${rootCow}.old`), cow, 'a run that changed nothing is not committed');
    mustRemove(vm);
    await revertHere(root);
    test.equal(hashOf(root), template.hash);
  },
);
