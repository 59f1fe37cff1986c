// The power fails at every point of a commit and of a revert: all that reached the disk below the filesystem was
// recorded, and is done again up to each point on a copy.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { hashOf, makeImage } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { planMessage } from '../kernel-log.ts';
import { commitHere, messageOf, revertHere, revisionsHere, runTemplate } from '../life/in-process.ts';
import { DRIVERS, must } from '../programs.ts';
import { leftovers } from '../state.ts';
import { afterPowerCut, record } from './recorded-disk.ts';
import { replay } from './write-log.ts';

const SIZE = 1 << 20;

t.setTimeout(0);
// Hundreds of filesystems come and go in a moment.
planMessage('^EXT4-fs unmount: [0-9]+ callbacks suppressed$');
must('insmod', `${DRIVERS}/md/dm-log-writes.ko`);

const filesOf = (mount: string) => ({ root: join(mount, 'root.img'), rootCow: join(mount, 'root-cow.img') });

/** What the files of a template hold, by hash. */
interface Hashes {
  root: string;
  cow: string;
  /** The cows of the finished runs that count. */
  undo: string[];
}

function hashesOf(mount: string): Hashes {
  const { root, rootCow } = filesOf(mount);
  return {
    root: hashOf(root),
    cow: hashOf(rootCow),
    undo: revisionsHere(root).map(({ path }) => hashOf(path)),
  };
}

const namesOf = (mount: string) =>
  readdirSync(mount)
    .filter(name => name.startsWith('root'))
    .sort();

/** A template with two finished runs, of which the second one is not committed yet. @returns the bytes before it */
function twoRuns(mount: string): string {
  const { root, rootCow } = filesOf(mount);
  makeImage(root, SIZE, 'random');
  makeImage(rootCow, SIZE);
  runTemplate(root, rootCow, [0, 200_000]);
  commitHere(root);
  const before = hashOf(root);
  runTemplate(root, rootCow, [100_000, 300_000]);
  return before;
}

/**
 * Looks at the disk after each recorded write that changed it.
 * @param wanted whether to look at a point, by its number, and whether the action was answered before it
 */
async function atEachPoint(
  test: Test,
  recording: Awaited<ReturnType<typeof record>>,
  look: (mount: string, point: string, afterEnd: boolean) => Promise<void>,
  wanted: (point: number, done: boolean) => boolean,
): Promise<void> {
  const { start, entries } = recording;
  const disk = Buffer.from(start);
  let [points, looked] = [0, 0];
  let [begun, done] = [false, false];
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'mark' && entry.name === 'begin') begun = true;
    const atEnd = entry.kind === 'mark' && entry.name === 'done';
    if (atEnd) done = true;
    const changed = replay(disk, entry);
    if (!begun || !(changed || atEnd)) continue;
    points += 1;
    if (!atEnd && !wanted(points, done)) continue;
    looked += 1;
    await afterPowerCut(disk, mount => look(mount, `write ${index + 1} of ${entries.length}`, done));
  }
  test.ok(looked >= 10, `${looked} of ${points} points were looked at`);
  test.ok(done, 'the recording is whole');
}

t.test('the power fails at every point of a commit', async test => {
  let [old, next] = [undefined, undefined] as [Hashes | undefined, Hashes | undefined];
  const recording = await record(
    mount => {
      twoRuns(mount);
      old = hashesOf(mount);
    },
    async mount => {
      test.ok(commitHere(filesOf(mount).root).committed);
      next = hashesOf(mount);
    },
  );
  test.not(old?.cow, next?.cow);
  test.same(next?.undo, [old?.cow], 'what was the cow is the undo');
  const seen = { old: 0, new: 0 };
  const look = async (mount: string, point: string, afterEnd: boolean) => {
    const { root, rootCow } = filesOf(mount);
    const found = hashesOf(mount);
    const isNew = found.cow === next?.cow;
    seen[isNew ? 'new' : 'old'] += 1;
    if (!isNew) test.same(found, old, `${point}: the old pair`);
    else {
      test.same({ ...found, undo: found.undo.slice(0, 1) }, next, `${point}: the new pair`);
      test.equal(hashOf(`${rootCow}.old`), old?.cow, `${point}: the undo is in its place`);
      // One that is no longer wanted is removed last, and is right as long as it is there.
      test.same(
        found.undo.slice(1),
        old?.undo.slice(0, found.undo.length - 1),
        `${point}: what is older is as before`,
      );
    }
    if (afterEnd) test.ok(isNew, `${point}: the commit was answered`);
    if (isNew && seen.new > 2) return;
    if (isNew) runTemplate(root, rootCow, [0, 1]);
    test.ok(commitHere(root).committed, `${point}: the next commit comes about`);
    if (!isNew) test.same(hashesOf(mount), next, `${point}: and gets to the same end`);
    test.same(
      namesOf(mount),
      ['root-cow.img', 'root-cow.img.old', 'root.img'],
      `${point}: and leaves no other name`,
    );
  };
  // All points until it was answered, and some of those that follow.
  await atEachPoint(test, recording, look, (point, done) => !done || point % 4 === 0);
  test.ok(
    seen.old > 0 && seen.new > 0,
    `the old pair was there ${seen.old} times, the new one ${seen.new} times`,
  );
  test.same(leftovers(), []);
});

t.test('the power fails at every point of the start of a revert, and at many until its end', async test => {
  let [before, after] = ['', ''];
  let undo: Hashes | undefined;
  const recording = await record(
    mount => {
      const { root } = filesOf(mount);
      before = twoRuns(mount);
      commitHere(root);
      after = hashOf(root);
      undo = hashesOf(mount);
    },
    async mount => {
      await revertHere(filesOf(mount).root);
      test.equal(hashOf(filesOf(mount).root), before);
    },
  );
  const seen = { untouched: 0, begun: 0, done: 0 };
  let claimed = 0;
  const look = async (mount: string, point: string, afterEnd: boolean) => {
    const { root, rootCow } = filesOf(mount);
    if (existsSync(`${rootCow}.reverting`)) {
      seen.begun += 1;
      test.notOk(afterEnd, `${point}: the revert was not answered yet`);
      claimed += existsSync(`${rootCow}.reverting.1`) ? 1 : 0;
      test.match(
        messageOf(() => prepareHere('snapshot', root, rootCow)),
        'half-way back',
        `${point}: nothing starts on it`,
      );
      test.match(await revertHere(root), { goesOn: true, runs: 1 });
      test.equal(hashOf(root), before, `${point}: the next revert brings back every byte`);
    } else if (revisionsHere(root).length === 1) {
      seen.untouched += 1;
      test.notOk(afterEnd, `${point}: the revert was not answered yet`);
      test.same(hashesOf(mount), undo, `${point}: nothing has begun`);
      test.equal(hashOf(root), after);
    } else {
      seen.done += 1;
      test.equal(hashOf(root), before, `${point}: all is done`);
    }
    if (revisionsHere(root).length === 0)
      test.same(namesOf(mount), ['root-cow.img', 'root.img'], `${point}: no other name is left`);
    test.equal(statSync(rootCow).size % 131_072, 0);
    cleanupHere('snapshot', prepareHere('snapshot', root, rootCow));
  };
  // All points until the merge is well on its way, and every fourth of those that follow.
  await atEachPoint(test, recording, look, point => claimed < 3 || point % 4 === 0);
  test.ok(seen.untouched > 0 && seen.begun > 3 && seen.done > 0, JSON.stringify(seen));
  test.same(leftovers(), []);
});
