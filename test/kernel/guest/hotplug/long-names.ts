// Names as long as they can be, of characters of several bytes: what is said of them is whole, one line, and nothing is left.
import { mkdirSync, readFileSync } from 'node:fs';
import { check } from '../checks.ts';
import { hashOf, MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { executable, mustCleanup, mustPrepare, type Outcome, run } from '../programs.ts';
import { deleteBackend, disk, makeBackend, mustAdd, mustRemove, readBackend, runScript } from './disks.ts';
import { LOG } from './surroundings.ts';

/** One, two, three and four bytes long. */
const LETTERS = ['a', 'ä', '漢', '🜁'];

/** The most that a backend's `params` can be: a message to xenstore has 4,096 bytes at most, with the path and a NUL. */
const LONGEST_PARAMS = 4096 - 'backend/vbd/120/51712/params'.length - 1;

/** A path of so many bytes, in folders of 200 bytes at most, of one letter again and again. */
function longPath(length: number, letter: string, begin = '/'): string {
  const size = Buffer.byteLength(letter);
  let path = begin;
  while (Buffer.byteLength(path) + 200 < length)
    path += `${letter.repeat(Math.floor(190 / size))}${'x'.repeat(190 % size)}/`;
  const left = length - Buffer.byteLength(path);
  return path + letter.repeat(Math.floor(left / size)) + 'x'.repeat(left % size);
}

for (const letter of LETTERS)
  check(`the reason that libxl is told of a long path ends with a whole ${letter}`, (test, { rootCow }) => {
    // Wherever the text is cut, it is by this many bytes off the beginning of a character.
    for (let shift = 0; shift < 4; shift++) {
      const vm = disk(120);
      const base = longPath(LONGEST_PARAMS - rootCow.length - 1 - shift, letter, `/${'x'.repeat(shift)}`);
      makeBackend(vm, `${base}:${rootCow}`);
      const { status, stdout, stderr } = runScript(vm, 'add');
      test.same([status, stdout], [1, '']);
      test.equal(stderr.split('\n').length, 2, 'one line');
      const reason = readBackend(vm, 'hotplug-error') ?? '';
      test.ok(reason.startsWith(`base ${base.slice(0, 20)}`), reason.slice(0, 100));
      test.notMatch(reason, '\ufffd');
      const bytes = Buffer.byteLength(reason);
      test.ok(bytes <= 2000 && bytes > 2000 - 4, `${bytes} bytes`);
      test.equal(readBackend(vm, 'hotplug-status'), 'error');
      test.notMatch(readFileSync(LOG, 'utf8').trimEnd().split('\n').at(-1) ?? '', '\ufffd');
      deleteBackend(vm);
    }
  });

check('images at paths as long as xenstore takes are attached and detached', (test, { folder }) => {
  for (const letter of LETTERS) {
    const length = Math.floor((LONGEST_PARAMS - 1) / 2);
    const base = `${longPath(length - 4, letter, `${folder}/`)}.img`;
    mkdirSync(base.slice(0, base.lastIndexOf('/')), { recursive: true });
    makeImage(base, MEBIBYTE, 'random');
    const cow = `${longPath(length - 4, letter, `${folder}/cow/`)}.img`;
    mkdirSync(cow.slice(0, cow.lastIndexOf('/')), { recursive: true });
    makeImage(cow, MEBIBYTE);
    const vm = disk(120);
    const node = mustAdd(vm, `${base}:${cow}`);
    test.equal(hashOf(node), hashOf(base), letter);
    mustRemove(vm);
  }
});

/** Refused in one line, that is none of a crash. */
function refusal({ status, stdout, stderr }: Outcome): string {
  const lines = stderr.split('\n');
  if (status === 0 || stdout !== '' || lines.length !== 2 || /internal error/.test(stderr))
    return `exit ${status}: ${stdout}${stderr.slice(0, 400)}`;
  return 'refused in a line';
}

/** Every command that takes a path. */
function commandsWith(path: string, cow: string): [name: string, ...parameters: string[]][] {
  return [
    ...['snapshot', 'origin'].flatMap((type): [string, ...string[]][] => [
      ['block-snapshot', 'prepare', type, `${path}:${cow}`],
      ['block-snapshot', 'prepare', type, `${cow}:${path}`],
      ['block-snapshot', 'cleanup', type, path],
    ]),
    ['create-snapshot', 'snapshot-1:2-3:4', path, cow],
    ['destroy-snapshot', path],
    ...['commit', 'revert', 'revisions', 'trim'].map((name): [string, ...string[]] => [
      'block-snapshot',
      name,
      path,
    ]),
    ['block-snapshot', 'revert', '--abandon', '--yes', path],
    ['block-snapshot', 'graph', '-o', path],
  ];
}

check('a path that is too long is refused in a line by every command', (test, { folder, rootCow }) => {
  const name = '漢'.repeat(86);
  for (const path of [`${folder}/${name}.img`, longPath(4095, '漢'), longPath(4096, '漢')])
    for (const [program, ...parameters] of commandsWith(path, rootCow))
      test.equal(
        refusal(run(executable(program), parameters)),
        'refused in a line',
        `${program} ${parameters[0]} with ${Buffer.byteLength(path)} bytes`,
      );
});

check(
  'images with the longest names that there are serve, whatever would lie beside them',
  (test, { folder }) => {
    const [base, cow] = ['b', 'c'].map(letter => `${folder}/${letter.repeat(251)}.img`);
    if (base === undefined || cow === undefined) return;
    makeImage(base, MEBIBYTE, 'random');
    makeImage(cow, MEBIBYTE);
    const node = mustPrepare('snapshot', base, cow);
    test.equal(hashOf(node), hashOf(base));
    mustCleanup('snapshot', node);
    const template = disk(121, 'origin');
    writeRandomAt(mustAdd(template, `${base}:${cow}`), 0, 512);
    mustRemove(template);
    for (const command of ['commit', 'revert', 'revisions', 'trim']) {
      const outcome = run(executable(), [command, base]);
      if (outcome.status !== 0) test.equal(refusal(outcome), 'refused in a line', command);
    }
  },
);
