// What completion asks for, and what a shell offers of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { qubesXmlText } from '../../../domain-xml/support/qubes-xml-text.ts';
import { InteractiveShell } from '../../../unit/manuals/shell.ts';
import { check, checkLasting } from '../checks.ts';
import { statKey } from '../images.ts';
import { executable, must, mustCleanup, mustPrepare } from '../programs.ts';
import './surroundings.ts';

check('completion is told the templates and the revisions that are there', (test, template) => {
  const node = mustPrepare('snapshot', template.root, template.rootCow);
  test.same(must(executable(), 'complete', 'templates').split('\n'), [
    template.root.replace(/\/root\.img$/, ''),
  ]);
  mustCleanup('snapshot', node);
  test.equal(must(executable(), 'complete', 'revisions', template.root), '');
  const origin = mustPrepare('origin', template.root, template.rootCow);
  must('dd', 'if=/dev/urandom', `of=${origin}`, 'bs=1M', 'count=1', 'conv=fsync');
  mustCleanup('origin', origin);
  must(executable(), 'commit', template.root);
  test.equal(must(executable(), 'complete', 'revisions', template.root), '1');
  test.equal(must(executable(), 'complete', 'vms'), '', 'neither Qubes nor libvirt is here');
});

for (const name of ['bash', 'zsh'] as const)
  checkLasting(`${name} offers the nodes, templates and revisions that are there`, async (test, template) => {
    const { folder, root, rootCow, vm1 } = template;
    const origin = mustPrepare('origin', root, rootCow);
    must('dd', 'if=/dev/urandom', `of=${origin}`, 'bs=1M', 'count=1', 'conv=fsync');
    mustCleanup('origin', origin);
    must(executable(), 'commit', root);
    const node = mustPrepare('snapshot', root, rootCow, vm1);
    const shell = new InteractiveShell(name, folder);
    try {
      // The first layer has the beginning of the name in common with the one that lies on it.
      const nodes = await shell.completed('block-snapshot cleanup snapshot /dev/mapper/snap');
      test.ok(
        nodes.some(word => node.endsWith(word) && word.includes(statKey(vm1))),
        nodes.join(' '),
      );
      const templates = await shell.completed(`block-snapshot commit ${folder.slice(0, -1)}`);
      test.ok(
        templates.some(word => word.includes(folder)),
        templates.join(' '),
      );
      const revisions = await shell.completed(`block-snapshot revert ${root} --revision `);
      test.ok(revisions.includes('1') || revisions.at(-1) === '1', revisions.join(' '));
    } finally {
      await shell.close();
    }
    mustCleanup('snapshot', node);
  });

/** What qubes.xml has, where dom0 has it: /var/lib is this machine's own, and read-only. */
function withQubesXml<Result>(action: () => Promise<Result>): Promise<Result> {
  must('mount', '-t', 'tmpfs', 'tmpfs', '/var/lib');
  mkdirSync('/var/lib/qubes');
  const vms = ['work', 'work-net', 'personal'].map((name, index) => ({
    name,
    klass: 'AppVM',
    qid: index + 1,
  }));
  writeFileSync('/var/lib/qubes/qubes.xml', qubesXmlText({ globals: {}, pools: [], vms }));
  return action().finally(() => must('umount', '/var/lib'));
}

for (const name of ['bash', 'zsh'] as const)
  checkLasting(`${name} offers the VMs that qubes.xml has`, async (test, { folder }) => {
    await withQubesXml(async () => {
      test.same(must(executable(), 'complete', 'vms').split('\n'), ['personal', 'work', 'work-net']);
      const shell = new InteractiveShell(name, folder);
      try {
        const all = await shell.completed('domain-xml render ');
        for (const vm of ['personal', 'work', 'work-net']) test.ok(all.includes(vm), vm);
        const begun = await shell.completed('domain-xml define wor');
        test.ok(begun.includes('work-net'), begun.join(' '));
        test.notOk(begun.includes('personal'));
      } finally {
        await shell.close();
      }
    });
  });
