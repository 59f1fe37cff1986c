// More of reverts that stand half-way: every command that a message gives, in the state that it is given for.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { revertMark } from '../../../../src/devices/plan/revert-names.ts';
import { check } from '../checks.ts';
import { hashOf, writeRandomAt } from '../images.ts';
import { blockSnapshot, mustCleanup, mustPrepare } from '../programs.ts';
import { deviceNames } from '../state.ts';
import { follow } from './follow.ts';
import { begunRevert, mergingRevert, runs } from './half-way.ts';

/** There is no terminal on which a person could say yes. */
function withYes(said: string, option: string): string {
  return said.replaceAll(`revert ${option} `, `revert ${option} --yes `);
}

check('a revert that is half-way: what list gives finishes it', (test, template) => {
  const [before] = runs(template, 1);
  mergingRevert(template);
  const { stdout } = blockSnapshot('list');
  test.match(follow(stdout, 'block-snapshot revert --yes'), { status: 0 });
  test.equal(hashOf(template.root), before);
  test.same(deviceNames(), []);
});

check(
  'a revert that is half-way: --abandon in place of --yes, as list says, gives it up',
  (test, template) => {
    runs(template, 1);
    mergingRevert(template);
    const { stdout } = blockSnapshot('list');
    test.match(stdout, '--abandon in place of --yes');
    const asSaid = stdout.replace('revert --yes', 'revert --abandon');
    test.match(follow(withYes(asSaid, '--abandon'), 'block-snapshot revert --abandon'), { status: 0 });
    test.same(deviceNames(), []);
    test.notOk(existsSync(revertMark(template.rootCow)));
  },
);

check('revisions of a template that is half-way back: the revert that it names goes on', (test, template) => {
  const [before] = runs(template, 1);
  begunRevert(template, 1);
  const { stdout } = blockSnapshot('revisions', template.root);
  test.match(follow(stdout, 'block-snapshot revert /'), { status: 0 });
  test.equal(hashOf(template.root), before);
});

check(
  'another number of runs than were begun: the revert that is advised finishes those',
  (test, template) => {
    const [before] = runs(template, 2);
    begunRevert(template, 2);
    const { status, stderr } = blockSnapshot('revert', '--yes', '--revision', '1', template.root);
    test.equal(status, 1);
    test.match(follow(stderr, 'block-snapshot revert /'), { status: 0 });
    test.equal(hashOf(template.root), before);
  },
);

check('a revert with nothing left to merge is finished as advised, and not given up', (test, template) => {
  const { root, rootCow } = template;
  begunRevert(template, 1);
  const { status, stderr } = blockSnapshot('revert', '--abandon', '--yes', root);
  test.equal(status, 1);
  test.match(follow(stderr, 'block-snapshot revert /'), { status: 0 });
  test.notOk(existsSync(revertMark(rootCow)));
  mustCleanup('snapshot', mustPrepare('snapshot', root, rootCow));
});

check('a mark that says nothing: given up as advised, nothing starts but a backup', (test, template) => {
  const { root, rootCow, hash } = template;
  runs(template, 1);
  begunRevert(template, 1);
  writeFileSync(revertMark(rootCow), '');
  const { status, stderr } = blockSnapshot('revert', '--yes', root);
  test.equal(status, 1);
  test.match(follow(withYes(stderr, '--abandon'), 'block-snapshot revert --abandon'), { status: 0 });
  test.match(blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}`), {
    status: 1,
    stderr: `base ${root} does not exist`,
  });
  test.not(hash, '');
});

check(
  'an undo of another version of the image: --force, as advised, merges it all the same',
  (test, template) => {
    const { root, hash } = template;
    runs(template, 1);
    const changed = writeRandomAt(root, 3 * 1024 * 1024, 512);
    const { status, stderr } = blockSnapshot('revert', '--yes', root);
    test.equal(status, 1);
    test.match(follow(withYes(stderr, '--force'), 'block-snapshot revert --force'), { status: 0 });
    test.not(hashOf(root), hash, 'and what was changed since stays');
    test.equal(changed.length, 512);
  },
);

for (const option of ['--abandon', '--force'])
  check(
    `a half-way revert whose image was changed since: ${option}, as advised, ends that`,
    (test, template) => {
      const { root, rootCow } = template;
      runs(template, 2);
      begunRevert(template, 2);
      writeRandomAt(root, 3 * 1024 * 1024, 512);
      const { status, stderr } = blockSnapshot('revert', '--yes', root);
      test.equal(status, 1);
      test.match(stderr, 'would make a mixture');
      test.match(follow(withYes(stderr, option), `block-snapshot revert ${option}`), { status: 0 });
      test.notOk(existsSync(revertMark(rootCow)));
      mustCleanup('snapshot', mustPrepare('snapshot', root, rootCow));
      rmSync(`${rootCow}.stale`, { force: true });
    },
  );
