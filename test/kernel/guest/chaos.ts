// Random stories of a host, against a model of what must be true, with kills, errors, signals, full filesystems and power cuts among them:
//   chaos.js [OPERATIONS SEED FILESYSTEM]
// Without parameters the same ones each time, some on each filesystem. WITHOUT=faults tells them without what goes wrong,
// WITHOUT=several without several commands at once, whose order nobody knows.
import t from 'tap';
import './own-etc.ts';
import { Filesystem } from '../../chaos/real/filesystem.ts';
import { FAULTS, NAMES } from '../../chaos/story/steps.ts';
import { tell } from '../../chaos/story/tell.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { DRIVERS, must } from './programs.ts';

const [operations, seed, filesystem] = process.argv.slice(2);
const isSample = operations === undefined;
const SAMPLE = 130;
const WITHOUT = (['faults', 'several'] as const).find(what => what === process.env['WITHOUT']);
/** With these the stories of the sample have every step and every fault in them. */
const SAMPLE_SEEDS: Readonly<Record<string, number>> = { ext4: 1, xfs: 2, btrfs: 3 };

t.setTimeout(0);
must('insmod', `${DRIVERS}/md/dm-log-writes.ko`);

/** What has been done, and how often, in all stories. */
const done = new Map<string, number>();

for (const name of isSample ? Object.keys(SAMPLE_SEEDS) : [filesystem ?? 'ext4'])
  t.test(`whatever happens to a host on ${name}, no byte is wrong and nothing is left`, async test => {
    const disk = new Filesystem(name);
    const begun = performance.now();
    const { counts, failure } = await tell(disk, {
      seed: Number(seed ?? SAMPLE_SEEDS[name]),
      operations: Number(operations ?? SAMPLE),
      hear: line => test.comment(line),
      without: WITHOUT,
    });
    // As it can be typed, where it fails.
    for (const line of failure?.story ?? []) test.comment(line);
    test.equal(failure?.why, undefined, `${counts.operations} operations, each as the model has it`);
    const each = (performance.now() - begun) / counts.operations;
    const list = [...counts.done].map(([what, times]) => `${what} ${times}`).sort();
    test.comment(`${each.toFixed(1)} ms each: ${list.join('; ')}`);
    for (const [what, times] of counts.done) done.set(what, (done.get(what) ?? 0) + times);
    disk.remove();
  });

t.test('what was tried', test => {
  const missing = [...NAMES, ...FAULTS].filter(what => !done.has(what));
  test.comment(`nothing of: ${missing.join(', ') || 'none'}`);
  test.ok(!isSample || missing.length < NAMES.length / 3, `${done.size} kinds of steps, refusals and faults`);
  test.end();
});

process.once('beforeExit', () => xenstored.stop());
