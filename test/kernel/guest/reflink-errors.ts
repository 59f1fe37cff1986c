// Lets system calls of commands on disks that are clones fail, each once or for good from there on, and looks at what is left.
//   reflink-errors.js [full]: every call on XFS and btrfs; without it a sample, spread evenly over each command, on XFS
import { rmSync } from 'node:fs';
import t from 'tap';
import { type Duration, errorOf, runFailingAt } from './failing-calls.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { hashOf } from './images.ts';
import { attempt, SCENARIOS, type Scenario } from './reflink/scenarios.ts';
import { BOTH, cloneLoops } from './reflink/world.ts';
import { heldLocks } from './state.ts';
import { callsFrom, type SystemCall } from './system-calls.ts';

const SAMPLE = 4;
const [, , mode] = process.argv;
const isFull = mode === 'full';

t.setTimeout(0);

/** Where a conversion comes about: the versions of its undos, the marks of what is of no use then, and what goes with the cow. */
const TURN = /^(?:setxattr\(.*block-snapshot\.(?:store|converted)|unlink\(.*-cow\.img(?:\.store-label)?")/;

/** Calls that can fail for a reason that a command could meet: all, or some from everywhere, and those where things turn. */
function chosen(calls: readonly SystemCall[]): SystemCall[] {
  const failing = calls.filter(call => errorOf(call) !== undefined);
  if (isFull || failing.length <= SAMPLE) return failing;
  const sample = Array.from(
    { length: SAMPLE },
    (_, index) => failing[Math.floor((index * failing.length) / SAMPLE)] as SystemCall,
  );
  return [...new Set([...sample, ...failing.filter(({ line }) => TURN.test(line))])];
}

let reached = 0;

function sweep(filesystem: string, title: string, scenario: Scenario): void {
  t.test(`${filesystem}: ${title}, with errors in its system calls`, async test => {
    let calls: SystemCall[] = [];
    await attempt(test, 'no error', filesystem, scenario, parameters => {
      calls = chosen(callsFrom(scenario.from, parameters, scenario.program));
    });
    const before = reached;
    for (const [index, call] of calls.entries())
      for (const duration of durations(index)) {
        const name = `${call.line.slice(0, 70)}, ${errorOf(call)} ${duration}`;
        await attempt(test, name, filesystem, scenario, (parameters, { root }, known) => {
          const loops = cloneLoops().length;
          const outcome = runFailingAt(call, duration, parameters, scenario.program);
          if (outcome.reached) reached += 1;
          test.same([outcome.ended, heldLocks()], [true, []], `${name}: it ends, and no lock is left`);
          if (outcome.done) test.equal(hashOf(root), known.after, `${name}: it said that it is done`);
          else if (scenario.makes && duration === 'once')
            test.equal(cloneLoops().length, loops, `${name}: nothing that it made is left`);
        });
      }
    test.ok(reached > before, `${reached - before} errors`);
  });
}

function durations(index: number): Duration[] {
  if (isFull) return ['once', 'for good'];
  return index % 2 === 0 ? ['once'] : ['for good'];
}

for (const [title, scenario] of Object.entries(SCENARIOS))
  for (const filesystem of isFull ? BOTH : ['XFS']) sweep(filesystem, title, scenario);

process.once('beforeExit', () => {
  xenstored.stop();
  for (const file of ['trace', 'failing-trace']) rmSync(`/run/lab/${file}`, { force: true });
});
