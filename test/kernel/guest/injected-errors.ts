// Lets system calls of a command fail, each once and each for good from there on, and looks at what is left.
//   injected-errors.js [full [COMMAND…]]
// Without `full` a sample of the calls, spread evenly over each command. COMMAND is the beginning of a command's name.
import t, { type Test } from 'tap';
import { type Duration, errorOf, type Failing, runFailingAt } from './failing-calls.ts';
import { disk, readBackend } from './hotplug/disks.ts';
import { xenstored } from './hotplug/surroundings.ts';
import type { Template } from './images.ts';
import { heldLocks, leakedLoops, suspendedDevices } from './state.ts';
import { FAILING_COMMANDS, type FailingCommand } from './sweeps/failing-commands.ts';
import { goOn, type KnownWorlds, onTemplate } from './sweeps/on-template.ts';
import { standingStill } from './sweeps/standing-still.ts';
import { worldOf } from './sweeps/world.ts';
import { callsFrom, type SystemCall } from './system-calls.ts';

/** How many calls of each command are tried when not all are. */
const SAMPLE = 4;
const [mode, ...wanted] = process.argv.slice(2);
const isFull = mode === 'full';
const commands = Object.entries(FAILING_COMMANDS).filter(
  ([title]) => wanted.length === 0 || wanted.some(name => title.startsWith(name)),
);

/** What has become of all runs. */
const counts = { runs: 0, reached: 0, worlds: 0, suspended: 0 };

/**
 * What the command itself cannot help: from a call in the window on no ioctl works any more, that which resumes the origin
 * among them. The next command has to resume it.
 */
function isHopeless(calls: readonly SystemCall[], index: number, duration: Duration): boolean {
  const window = standingStill(calls);
  if (window === undefined || duration !== 'for good' || calls[index]?.name !== 'ioctl') return false;
  return index > window.suspend && index <= window.resume;
}

/** What xenstore has of the disk that the command is about. */
const xenstoreFacts = () =>
  ['hotplug-status', 'physical-device-path'].map(name => readBackend(disk(61), name));

async function attempt(
  test: Test,
  name: string,
  command: FailingCommand,
  known: KnownWorlds,
  act: (template: Template) => Failing,
  hopeless = false,
): Promise<void> {
  await onTemplate(test, name, async template => {
    command.before(template);
    const { reached, ended, done } = act(template);
    counts.runs += 1;
    if (reached) counts.reached += 1;
    const suspended = suspendedDevices().filter(device => device.startsWith('origin-'));
    if (suspended.length > 0 && !hopeless) counts.suspended += 1;
    test.same(
      [ended, hopeless ? [] : suspended, leakedLoops(), heldLocks()],
      [true, [], [], []],
      `${name}: it ends, no origin stands still, no loop device and no lock is left`,
    );
    const world = worldOf([template], done, xenstoreFacts());
    if (await goOn(test, name, command, template, done, known, world)) counts.worlds += 1;
  });
}

/** The places of calls while the origin stands still. */
function isGrave(calls: readonly SystemCall[], index: number): boolean {
  const window = standingStill(calls);
  return window !== undefined && index >= window.suspend && index <= window.resume;
}

/** The places of the calls that are tried: all, or some from everywhere, and the grave ones. */
function chosen(calls: readonly SystemCall[]): number[] {
  const places = [...calls.keys()].filter(index => errorOf(calls[index] as SystemCall) !== undefined);
  if (isFull || places.length <= SAMPLE) return places;
  const some = new Set(
    Array.from({ length: SAMPLE }, (_, index) => places[Math.floor((index * places.length) / SAMPLE)]),
  );
  return places.filter(index => isGrave(calls, index) || some.has(index));
}

/** How often a call is made to fail: where not all are tried, each second one only once. */
function durations(calls: readonly SystemCall[], index: number, place: number): Duration[] {
  if (isGrave(calls, index)) return ['once', 'three times', 'for good'];
  return isFull || place % 2 === 0 ? ['once', 'for good'] : ['once'];
}

t.setTimeout(0);
for (const [title, command] of commands)
  t.test(`${title}, with errors in its system calls`, async test => {
    let calls: SystemCall[] = [];
    const known: KnownWorlds = new Set();
    await attempt(test, 'no error', command, known, template => {
      calls = callsFrom(command.from, command.command(template), command.program);
      return { reached: false, ended: true, done: true };
    });
    const before = counts.reached;
    for (const [place, index] of chosen(calls).entries()) {
      const call = calls[index] as SystemCall;
      for (const duration of durations(calls, index, place))
        await attempt(
          test,
          `${call.line.slice(0, 70)}, ${errorOf(call)} ${duration}`,
          command,
          known,
          template => runFailingAt(call, duration, command.command(template), command.program),
          isHopeless(calls, index, duration),
        );
    }
    test.ok(counts.reached > before, `${counts.reached - before} errors, ${known.size} worlds`);
  });

t.test('what was tried', test => {
  const { runs, reached, worlds, suspended } = counts;
  test.equal(
    suspended,
    0,
    `${runs} runs, an error in ${reached} of them, ${worlds} different worlds, ${suspended} suspended origins`,
  );
  xenstored.stop();
  test.end();
});
