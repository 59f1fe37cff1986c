// --dry-run: it changes nothing at all, and what it says is what is done then.
import { readdirSync, statSync } from 'node:fs';
import { check } from './checks.ts';
import { runOnce, said, tables, tablesIn } from './dry-run/said.ts';
import { MEBIBYTE, makeImage } from './images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare } from './programs.ts';
import './dry-run/versions.ts';
import './dry-run/given-up.ts';

check('the tables, loop devices and files of a prepare are those that were said', (test, template) => {
  const small = makeImage(`${template.folder}/small.img`, MEBIBYTE);
  const images = [template.root, template.rootCow, small].join(':');
  const lines = said(template, 'prepare', 'snapshot', images);
  test.same(
    lines.filter(line => line.startsWith('loop: ')),
    [`loop: attach ${template.root}`, `loop: attach ${template.rootCow}`, `loop: attach ${small}`],
  );
  const node = mustPrepare('snapshot', images);
  test.equal(lines.at(-1), `node: ${node}`);
  test.same(tablesIn(lines), tables());
  test.ok(lines.includes(`file: grow ${small} to ${statSync(small).size} bytes`), lines.join('; '));
  test.same(said(template, 'prepare', 'snapshot', images), [
    ...node
      .replace('/dev/mapper/', '')
      .split('-')
      .slice(2)
      .map(
        (_, index) =>
          `device: ${node
            .replace('/dev/mapper/', '')
            .split('-')
            .slice(0, index + 3)
            .join('-')} is there`,
      ),
    `node: ${node}`,
  ]);
  const two = [template.root, template.rootCow, template.vm2].join(':');
  const second = said(template, 'prepare', 'snapshot', two);
  const former = tables();
  const other = mustPrepare('snapshot', two);
  test.same(
    tablesIn(second),
    tables().filter(table => !former.includes(table)),
  );
  for (const each of [node, other]) mustCleanup('snapshot', each);
});

check('so are those of an origin, of which the missing cow is made', (test, template) => {
  must('rm', template.rootCow);
  const lines = said(template, 'prepare', 'origin', `${template.root}:${template.rootCow}`);
  const origin = mustPrepare('origin', template.root, template.rootCow);
  test.equal(lines[0], `file: make ${template.rootCow}, ${statSync(template.rootCow).size} bytes, sparse`);
  const key = must('stat', '-c', '%D:%i', template.rootCow);
  test.same(tablesIn(lines.map(line => line.replace('-NEW', `-${key}`))), tables());
  test.match(
    said(template, 'prepare', 'snapshot', `${template.root}:${template.vm2}`).join('\n'),
    /stands still/,
  );
  mustCleanup('origin', origin);
});

check('a cleanup takes down what was said, and leaves what was said to stay', (test, template) => {
  const stacks = [template.vm1, template.vm2].map(cow => [template.root, template.rootCow, cow]);
  const [one = '', two = ''] = stacks.map(images => mustPrepare('snapshot', ...images));
  for (const node of [one, two]) {
    const lines = said(template, 'cleanup', 'snapshot', node);
    const before = [...must('dmsetup', 'ls').matchAll(/^(\S+)\t/gm)].map(([, name]) => name);
    const loops = must('losetup', '-n', '-O', 'NAME').split('\n');
    mustCleanup('snapshot', node);
    const after = must('dmsetup', 'ls');
    test.same(
      lines.flatMap(line => /^device: remove (.*)$/.exec(line)?.[1] ?? []).sort(),
      before.filter(name => !after.includes(`${name}\t`)).sort(),
    );
    const left = must('losetup', '-n', '-O', 'NAME').split('\n');
    test.same(
      lines.flatMap(line => /^loop: (\S+) goes/.exec(line)?.[1] ?? []).sort(),
      loops.filter(loop => !left.includes(loop)).sort(),
    );
  }
  test.match(said(template, 'cleanup', 'snapshot', one)[0], /is gone already$/);
});

check('a commit, a revert and a trim do to the files what was said', (test, template) => {
  const { root, rootCow } = template;
  const inode = (path: string) => statSync(path).ino;
  test.match(said(template, 'commit', root)[0], /^nothing to commit: /);
  for (const round of [1, 2]) {
    runOnce(template);
    const lines = said(template, 'commit', root);
    const former = inode(rootCow);
    must(executable(), 'commit', root);
    test.ok(lines.includes(`file: ${rootCow} becomes ${rootCow}.old`));
    test.equal(inode(`${rootCow}.old`), former);
    test.equal(lines.at(-1), `file: make ${rootCow}, empty, ${statSync(rootCow).size} bytes`);
    test.equal(lines.includes(`file: remove ${rootCow}.old`), round === 2, 'REVISIONS=1');
  }
  const [merge = '', remove] = said(template, 'revert', root, '--yes');
  const bytes = Number(/^merge: \S+, (\d+) bytes, into /.exec(merge)?.[1]);
  test.equal(remove, `file: remove ${rootCow}.old`);
  test.match(JSON.parse(must(executable(), 'revert', root, '--yes', '--json')), { reverted: 1, bytes });
  test.notOk(readdirSync(template.folder).some(name => name.includes('.old')));
  must('dd', 'if=/dev/zero', `of=${root}`, 'bs=1M', 'count=1', 'conv=notrunc', 'status=none');
  const [trim = ''] = said(template, 'trim', root);
  const freed = Number(/^file: (\d+) bytes/.exec(trim)?.[1]);
  test.ok(freed >= MEBIBYTE);
  test.match(JSON.parse(must(executable(), 'trim', root, '--json')), { freed });
});

check('what would be refused is refused', (test, template) => {
  const origin = mustPrepare('origin', template.root, template.rootCow);
  for (const parameters of [
    ['commit', template.root],
    ['trim', template.root],
    ['revert', template.root],
    ['revert', '--abandon', template.root],
    ['prepare', 'snapshot', `${template.root}:${template.folder}/none.img`],
    ['cleanup', 'snapshot', 'nonsense'],
  ]) {
    const dry = blockSnapshot(...parameters, '--dry-run');
    test.equal(dry.status, 1);
    test.equal(dry.stderr, blockSnapshot(...parameters).stderr);
  }
  test.match(
    said(template, 'cleanup', 'snapshot', must('dmsetup', 'ls').match(/snapshot-\S+/)?.[0] ?? '')[0],
    /stays: in use by/,
  );
  mustCleanup('origin', origin);
});
