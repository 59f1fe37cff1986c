// What derive refuses: in one line, with nothing made.
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { check, checkLasting } from '../checks.ts';
import { hashOf, MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { messageOf, refusalOf, runTemplate } from '../life/in-process.ts';
import { blockSnapshot, executable, must } from '../programs.ts';
import { copyHere, deriveHere } from './in-process.ts';
import { checkSharing, newTemplate, SHARING } from './sharing-filesystem.ts';

checkSharing('of a template that runs, or whose run is not committed, nothing is derived', (test, point) => {
  const parent = makeImage(newTemplate(point, 'parent'), MEBIBYTE, 'random');
  const cow = parent.replace('.img', '-cow.img');
  const child = `${point}/child`;
  const origin = prepareHere('origin', parent, cow);
  test.match(
    messageOf(() => deriveHere(parent, child)),
    `template ${parent} is running (${origin}): stop it first`,
  );
  cleanupHere('origin', origin);
  runTemplate(parent, cow, [0, 4096]);
  test.equal(
    messageOf(() => deriveHere(parent, child)),
    `template ${parent} has a run that is not committed (${cow} keeps what was before it): block-snapshot commit ${parent} first`,
  );
  must(executable(), 'commit', parent);
  writeFileSync(`${cow}.reverting`, '1 x\n');
  test.match(
    messageOf(() => deriveHere(parent, child)),
    'half-way back',
  );
  rmSync(`${cow}.reverting`);
  const writer = openSync(parent, 'r+');
  test.match(
    messageOf(() => deriveHere(parent, child)),
    `template ${parent} is open in another program`,
  );
  closeSync(writer);
  test.notOk(existsSync(child), 'nothing was made');
  test.equal(hashOf(deriveHere(parent, child).image), hashOf(parent));
});

checkSharing('nothing that is there is replaced, or taken for the new one', (test, point) => {
  const parent = makeImage(newTemplate(point, 'parent'), MEBIBYTE, 'random');
  const { image: child } = deriveHere(parent, `${point}/child`);
  test.equal(
    messageOf(() => deriveHere(parent, `${point}/child/`)),
    `${child} is there already: a new template takes the place of nothing; give another name`,
  );
  const folder = `${point}/folder`;
  mkdirSync(folder);
  for (const name of [
    'root-cow.img',
    'root-cow.img.old.2',
    'root-dirty.img',
    'root.img.3@2026-11-30T00:00:00Z',
    'root.img.base-label',
  ]) {
    writeFileSync(`${folder}/${name}`, '');
    test.equal(
      messageOf(() => deriveHere(parent, folder)),
      `${folder}/${name} is there, and would be taken for a file of the new template ${folder}/root.img: ` +
        'move it away, or give another name',
    );
    rmSync(`${folder}/${name}`);
  }
  for (const [place, said] of [
    [parent, 'is there already'],
    [`${point}/none/child`, `the folder ${point}/none/ of the new template is not there: make it first`],
    [`${point}/none/x.img`, `the folder ${point}/none/ of the new template is not there: make it first`],
    [`${point}/x-cow.img`, `would be called as what belongs to ${point}/x.img: give another name`],
    [`${point}/x-dirty.img`, 'would be called as what belongs to'],
    [`${point}/${'x'.repeat(250)}.img`, 'has a name too long'],
    [`${point}/${'x'.repeat(300)}`, 'cannot be made (ENAMETOOLONG): give another path'],
    ['child', 'is a relative path'],
    [`${parent}/child`, 'of the new template is not there'],
  ] as const)
    test.match(
      messageOf(() => deriveHere(parent, place)),
      said,
    );
  must('touch', `${point}/file`);
  test.match(
    messageOf(() => deriveHere(parent, `${point}/file`)),
    `the new template ${point}/file is a file: give a folder`,
  );
  writeFileSync(`${folder}/root.img.making`, '');
  test.match(
    messageOf(() => deriveHere(parent, folder)),
    'is there, and would be taken',
  );
  rmSync(`${folder}/root.img.making`);
  test.same(readdirSync(folder), []);
  deriveHere(parent, folder);
});

checkSharing(
  'what is written in place and what is not are no clones of each other',
  (test, point) => {
    const parent = makeImage(newTemplate(point, 'parent'), MEBIBYTE, 'random');
    mkdirSync(`${point}/in-place`);
    must('chattr', '+C', `${point}/in-place`);
    test.match(
      messageOf(() => deriveHere(parent, `${point}/in-place/child.img`)),
      'is written in place (chattr +C)',
    );
    test.same(readdirSync(`${point}/in-place`), []);
    must('chattr', '-C', `${point}/in-place`);
    deriveHere(parent, `${point}/in-place/child.img`);
    must('chattr', '+C', `${point}/in-place`);
    const inPlace = makeImage(`${point}/in-place/parent.img`, MEBIBYTE, 'random');
    mkdirSync(`${point}/other`);
    test.match(
      messageOf(() => deriveHere(inPlace, `${point}/other/child.img`)),
      `chattr +C ${point}/other/, or copy it`,
    );
    must('chattr', '+C', `${point}/other`);
    deriveHere(inPlace, `${point}/other/child.img`);
  },
  SHARING.filter(({ name }) => name === 'btrfs'),
);

check('where there are no clones, that is said, and what to do; a copy is made', (test, template) => {
  const { root, folder } = template;
  const child = `${folder}/child`;
  const { status, stderr } = blockSnapshot('derive', root, child);
  test.equal(status, 1);
  test.match(stderr, /cannot be made a clone of template .*tmpfs.* does not clone files: .*--copy/);
  test.notOk(existsSync(child));
  test.equal(blockSnapshot('derive', root, child, '--copy').status, 0);
  test.equal(hashOf(`${child}/root.img`), template.hash);
  must('rm', '-r', child);
});

checkLasting('a copy for which there is no room leaves nothing', async (test, { root, folder }) => {
  const small = `${folder}/small`;
  mkdirSync(small);
  must('mount', '-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', small);
  test.match(
    await refusalOf(() => copyHere(root, `${small}/child`)),
    /could not be copied .*, and nothing was made: its filesystem, mounted on .*, has 1.0 MiB left, and 4.0 MiB are needed/,
  );
  test.same(readdirSync(small), []);
  must('umount', small);
});

checkLasting(
  'what another program writes while it is copied is no new template',
  async (test, { root, folder }) => {
    const child = `${folder}/child`;
    test.equal(
      await refusalOf(() => copyHere(root, child, () => writeRandomAt(root, 0, 4096))),
      `template ${root} is being written by another program: end that first; nothing was made`,
    );
    test.notOk(existsSync(child));
    test.equal(hashOf((await copyHere(root, child)).image), hashOf(root));
  },
);
