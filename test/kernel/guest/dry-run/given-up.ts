// What giving a revert up would leave.
import { readdirSync, statSync } from 'node:fs';
import { begunRevert, endedRevert, mergingRevert, runs } from '../advice/half-way.ts';
import { check } from '../checks.ts';
import { MEBIBYTE } from '../images.ts';
import { blockSnapshot } from '../programs.ts';
import { deviceNames } from '../state.ts';
import { said } from './said.ts';

/** Of each file that was said to get another name: the number that it has now, by the name that it was to get. */
function inodesToCome(lines: readonly string[]): Record<string, number> {
  const moves = lines.flatMap(line => {
    const [, from, to] = /^file: (\S+) becomes (\S+)$/.exec(line) ?? [];
    return from === undefined || to === undefined ? [] : [[withoutTime(to), statSync(from).ino] as const];
  });
  return Object.fromEntries(moves);
}

/** Names of what was given up have the time in them. */
const withoutTime = (path: string) => path.replace(/(\.abandoned-)[0-9TZ-]+/g, '$1TIME');

check('a revert between two runs that is given up leaves what was said', (test, template) => {
  const { root, rootCow, folder } = template;
  runs(template, 2);
  endedRevert(template, 2, 'rename:signal=KILL:when=2');
  const lines = said(template, 'revert', '--abandon', root);
  const inodes = inodesToCome(lines);
  test.ok(lines.includes(`file: remove ${rootCow}.reverting`));
  test.equal(lines.at(-1), `left: ${root} as it is, a version; 2 runs that can still be undone`);
  test.match(blockSnapshot('revert', '--abandon', '--yes', root), { status: 0, stdout: /2 runs not/ });
  test.notOk(readdirSync(folder).some(name => name.includes('reverting')));
  test.ok(Object.keys(inodes).length > 0);
  for (const [path, inode] of Object.entries(inodes)) test.equal(statSync(path).ino, inode, path);
});

check('a mixture that is given up gets the names that were said, and nothing stays', (test, template) => {
  const { root, rootCow, folder } = template;
  runs(template, 1);
  begunRevert(template, 1);
  const json = blockSnapshot('revert', '--abandon', '--dry-run', '--json', root);
  const lines = said(template, 'revert', '--abandon', root);
  const plan = JSON.parse(json.stdout).plan as string[];
  test.same(plan.map(withoutTime), lines.map(withoutTime));
  const inodes = inodesToCome(lines);
  const [, bytes] =
    /^left: nothing at \S+, for .* two versions, of which (\d+) bytes/.exec(lines.at(-1) ?? '') ?? [];
  test.equal(Number(bytes), MEBIBYTE);
  test.match(blockSnapshot('revert', '--abandon', '--yes', root), { status: 0 });
  const left = readdirSync(folder).map(name => `${folder}/${name}`);
  const now = left.map(path => [withoutTime(path), statSync(path).ino]);
  // The mark is written anew: it says then what the image is.
  const { [`${rootCow}.abandoned-TIME`]: mark, ...moved } = inodes;
  test.ok(mark !== undefined);
  test.match(Object.fromEntries(now), moved);
  test.same(Object.keys(inodes).sort(), [
    `${rootCow}.abandoned-TIME`,
    `${rootCow}.abandoned-TIME.1`,
    `${root}.abandoned-TIME`,
  ]);
  test.notOk(left.includes(root) || left.includes(`${rootCow}.reverting`));
});

check('the device that merges goes when its revert is given up, and that is said', (test, template) => {
  runs(template, 1);
  mergingRevert(template);
  const { stdout } = blockSnapshot('revert', '--abandon', '--dry-run', template.root);
  test.same(/^device: remove (\S+)$/m.exec(stdout)?.slice(1), deviceNames());
  test.match(blockSnapshot('revert', '--abandon', '--yes', template.root), { status: 0 });
  test.same(deviceNames(), []);
});
