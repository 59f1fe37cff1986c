// Kills the removal of an origin at every single system call of its commit, and a revert at ten (with `full`: at every one), and
// looks at what is left.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { writeRecord } from '../../../../src/claims/records.ts';
import { requireImage } from '../../../../src/devices/kernel/images.ts';
import { operationLock } from '../../../../src/devices/operations.ts';
import { parseNode } from '../../../../src/devices/request/node-request.ts';
import { detach } from '../../../../src/disks/detach.ts';
import { hashOf, makeTemplate, removeTemplate, statKey, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, messageOf, revertHere, revisionsHere, runTemplate } from '../life/in-process.ts';
import { heldLocks, leftovers, takeAllDown } from '../state.ts';
import { areEnough, callsFrom, distinctWorlds, runKilledAt, type SystemCall } from '../system-calls.ts';

const SIZE = 1 << 20;
/** How many calls of a revert are tried where not all are. */
const SAMPLE = 10;
/** What the image is becoming, or has become, is noted on it: killed there, that is known only from what is seen. */
const isNote = ({ line }: SystemCall) => /^setxattr\(.*trusted\.block-snapshot\.base/.test(line);
const isFull = process.argv[2] === 'full';

t.setTimeout(0);

/** A killed command's lock is taken for dead after some seconds, and removed by whoever comes next: it is so now. */
function letSecondsPass({ root }: Template): void {
  rmSync(operationLock(requireImage({ role: 'template', path: root }).disk), {
    recursive: true,
    force: true,
  });
}

const namesOf = ({ folder }: Template) =>
  readdirSync(folder)
    .filter(name => name.startsWith('root'))
    .sort();

/** The disk of the VM that the template runs in. */
const XENBUS_PATH = 'backend/vbd/61/51712';
const KEY = 'backend-vbd-61-51712';
process.env['XENBUS_PATH'] = XENBUS_PATH;

/**
 * A template with a finished run that runs again, and changes something; then the removal of its origin, which commits,
 * is ended by `end`.
 * @param swept whether to look at what another run and its commit leave as well
 */
function attemptCommit(test: Test, name: string, swept: boolean, end: () => void): void {
  const template = makeTemplate(SIZE);
  const { root, rootCow } = template;
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const before = hashOf(root);
  const origin = prepareHere('origin', root, rootCow);
  writeRecord(KEY, { parameters: `${root}:${rootCow}`, device: parseNode(origin) });
  writeRandomAt(origin, 0, 300_000);
  const [after, cow, undo] = [hashOf(root), statKey(rootCow), statKey(`${rootCow}.old`)];
  end();
  test.same(heldLocks(), [], `${name}: no lock is held`);
  const [newest, ...older] = revisionsHere(root).map(({ path }) => statKey(path));
  const vm = prepareHere('snapshot', root, rootCow);
  if (statKey(rootCow) === cow) {
    test.same([newest, ...older], [undo], `${name}: the old pair, with its undo`);
    test.equal(hashOf(vm), before, `${name}: which shows the old version`);
  } else {
    test.same([newest, older.filter(key => key !== undo)], [cow, []], `${name}: the new pair, with its undo`);
    test.equal(hashOf(vm), after, `${name}: which shows the new version`);
  }
  cleanupHere('snapshot', vm);
  detach(KEY, 0);
  test.equal(statKey(`${rootCow}.old`), cow, `${name}: the next removal gets to the same end`);
  if (swept) {
    runTemplate(root, rootCow, [0, 1]);
    commitHere(root);
    test.same(
      namesOf(template),
      ['root-cow.img', 'root-cow.img.old', 'root.img'],
      `${name}: and leaves no other name`,
    );
  }
  // The record too, if the kill came before it was forgotten.
  test.same(leftovers(), [], `${name}: nothing is left`);
  takeAllDown();
  removeTemplate(template);
}

t.test('the removal of an origin, killed at every system call of its commit', test => {
  let calls: SystemCall[] = [];
  attemptCommit(test, 'not killed', true, () => {
    calls = distinctWorlds(callsFrom(/^setxattr\(/, ['remove'], 'block-origin'));
  });
  const killed = new Set<SystemCall>();
  for (const [index, call] of calls.entries())
    attemptCommit(test, `${index + 1} of ${calls.length}, ${call.line}`, index % 4 === 0, () => {
      if (runKilledAt(call, ['remove'], 'block-origin')) killed.add(call);
    });
  test.ok(areEnough(killed, calls), `${killed.size} of ${calls.length} were killed`);
  test.end();
});

/** A template with three finished runs; then a revert of two of them that is ended by `end`. */
async function attemptRevert(test: Test, name: string, end: (template: Template) => void): Promise<void> {
  const template = makeTemplate(SIZE);
  const { root, rootCow } = template;
  const hashes = [hashOf(root)];
  for (const position of [0, 200_000, 400_000]) {
    runTemplate(root, rootCow, [position, 500_000]);
    commitHere(root, { revisions: 3 });
    hashes.push(hashOf(root));
  }
  end(template);
  letSecondsPass(template);
  const begun = existsSync(`${rootCow}.reverting`);
  if (begun) {
    test.match(
      messageOf(() => prepareHere('snapshot', root, rootCow)),
      'half-way back',
      `${name}: nothing starts on it`,
    );
    test.match(await revertHere(root), { runs: 2, goesOn: true }, `${name}: the next one goes on`);
  } else if (revisionsHere(root).length === 3) {
    test.equal(hashOf(root), hashes[3], `${name}: not begun`);
    await revertHere(root, 2);
  }
  test.equal(hashOf(root), hashes[1], `${name}: every byte is as it was before the two runs`);
  test.same(
    revisionsHere(root).map(({ number }) => number),
    [1],
    `${name}: one is left`,
  );
  test.same(
    // The name of the first revision is given last of all, by whoever comes by.
    namesOf(template).map(file => file.replace('.old.2', '.old')),
    ['root-cow.img', 'root-cow.img.old', 'root.img'],
    `${name}: and no other name`,
  );
  await revertHere(root);
  test.equal(hashOf(root), hashes[0], `${name}: the last one is right too`);
  test.same(leftovers(), [], `${name}: nothing is left`);
  takeAllDown();
  removeTemplate(template);
}

t.test('a revert of two runs, killed at its system calls', async test => {
  let calls: SystemCall[] = [];
  const command = ({ root }: Template) => ['revert', root, '--revision', '2', '--yes'];
  await attemptRevert(test, 'not killed', template => {
    calls = callsFrom(/linkat\(|O_TMPFILE/, command(template));
  });
  const killed = new Set<SystemCall>();
  const worlds = distinctWorlds(calls);
  const sample = worlds.filter((_, index) => isFull || index % Math.ceil(worlds.length / SAMPLE) === 0);
  const chosen = [...sample, ...calls.filter(call => isNote(call) && !sample.includes(call))];
  for (const [index, call] of chosen.entries())
    await attemptRevert(test, `${index + 1} of ${chosen.length}, ${call.line}`, template => {
      if (runKilledAt(call, command(template))) killed.add(call);
    });
  test.ok(chosen.some(isNote), 'notes on the image are among them');
  test.ok(areEnough(killed, chosen), `${killed.size} of ${chosen.length} were killed`);
});
