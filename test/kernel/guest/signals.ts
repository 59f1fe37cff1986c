// Sends a command every signal that can be held, or that ends or stops a program, in each window in which that would be bad: while
// the template's disk stands still, while a commit renames, while a revert merges.
//   signals.js [full [WINDOW…]]
// Without `full` every signal where the disk stands still, and some in the other windows. WINDOW is a part of the name of one.
import { constants } from 'node:os';
import t, { type Test } from 'tap';
import { xenstored } from './hotplug/surroundings.ts';
import type { Template } from './images.ts';
import { heldLocks, leakedLoops, suspendedDevices } from './state.ts';
import { signalAt } from './stopped-calls.ts';
import { FAILING_COMMANDS, type FailingCommand } from './sweeps/failing-commands.ts';
import { goOn, type KnownWorlds, onTemplate } from './sweeps/on-template.ts';
import { standingStill } from './sweeps/standing-still.ts';
import { worldOf } from './sweeps/world.ts';
import { callsFrom, distinctWorlds, type SystemCall } from './system-calls.ts';

const [mode, ...wanted] = process.argv.slice(2);
const isFull = mode === 'full';

/** Those that nobody can hold, and those between the names and SIGRTMIN, which are the C library's. */
const OTHERS = ['SIGKILL', 'SIGSTOP'];
const NAMED = Object.keys(constants.signals)
  .filter(name => !OTHERS.includes(name) && !['SIGIOT', 'SIGPOLL', 'SIGUNUSED'].includes(name))
  .map(name => name.slice('SIG'.length));
/** Real-time signals have numbers only; they end a program. */
const REAL_TIME = Array.from({ length: 31 }, (_, index) => String(34 + index));
const SIGNALS = [...NAMED, ...(isFull ? REAL_TIME : REAL_TIME.slice(0, 1))];

interface Window {
  command: FailingCommand;
  /** Its calls in the window, of those of the whole command. */
  within(calls: readonly SystemCall[]): SystemCall[];
}

function whileItStandsStill(calls: readonly SystemCall[]): SystemCall[] {
  const window = standingStill(calls);
  if (window === undefined) throw new Error('the origin is never suspended');
  return calls.slice(window.suspend + 1, window.resume + 1);
}

function between(calls: readonly SystemCall[], first: RegExp, last: RegExp): SystemCall[] {
  const begins = calls.findIndex(({ line }) => first.test(line));
  const ends = calls.findLastIndex(({ line }) => last.test(line));
  if (begins < 0 || ends < begins) throw new Error(`nothing from ${first} to ${last}`);
  return distinctWorlds(calls.slice(begins, ends + 1));
}

const named = (name: string) => FAILING_COMMANDS[name] as FailingCommand;
const WINDOWS: Record<string, Window> = {
  'while the template stands still for a snapshot': {
    command: named('prepare while the template runs'),
    within: whileItStandsStill,
  },
  'while the template stands still for a disk that is added': {
    command: named('add while the template runs'),
    within: whileItStandsStill,
  },
  'while a commit renames': {
    command: named('commit'),
    within: calls => between(calls, /root-cow\.img\.new/, /root-cow\.img/),
  },
  'while a template stops, and its run is committed': {
    command: named('remove of an origin, with its commit'),
    within: calls => between(calls, /^ioctl\(\d+, DM_DEV_REMOVE/, /root-cow\.img/),
  },
  'while a revert merges': {
    command: named('revert'),
    within: calls => between(calls, /\.reverting/, /\.reverting/),
  },
};

/** What has become of all runs. */
const counts = { runs: 0, stopped: 0, worlds: 0, suspended: 0 };

/** Origins that stand still. */
const suspendedOrigins = () => suspendedDevices().filter(device => device.startsWith('origin-'));

async function attempt(
  test: Test,
  name: string,
  command: FailingCommand,
  known: KnownWorlds,
  act: (template: Template) => Promise<boolean>,
): Promise<void> {
  await onTemplate(test, name, async template => {
    command.before(template);
    const done = await act(template);
    const suspended = suspendedOrigins();
    if (suspended.length > 0) counts.suspended += 1;
    test.same(
      [suspended, leakedLoops(), heldLocks()],
      [[], [], []],
      `${name}: no origin stands still, no loop device and no lock is left`,
    );
    const world = worldOf([template], done);
    if (await goOn(test, name, command, template, done, known, world)) counts.worlds += 1;
  });
}

/**
 * Sends the signal; where that stops the program, the template's disk may not stand still meanwhile.
 * @returns whether the command said that it has done its work
 */
async function send(
  test: Test,
  name: string,
  command: FailingCommand,
  call: SystemCall,
  signal: string,
  template: Template,
) {
  const { program } = command;
  const running = await signalAt(
    call,
    signal,
    command.command(template),
    program === undefined ? {} : { program },
  );
  counts.runs += 1;
  if (running.stands) {
    counts.stopped += 1;
    test.same(suspendedOrigins(), [], `${name}: nothing stands still while it is stopped`);
  }
  return (await running.goOn()).status === 0;
}

/** How many calls of a window each signal is tried at, where not at all of them. */
const MOST_CALLS = 6;

/** The calls of a window at which a signal comes: others for each signal, so that each call gets some. */
function chosen(calls: readonly SystemCall[], place: number, whole: boolean): SystemCall[] {
  if (whole && calls.length <= MOST_CALLS) return [...calls];
  const step = isFull ? Math.ceil(calls.length / MOST_CALLS) : calls.length;
  return calls.filter((_, index) => index % step === place % step);
}

t.setTimeout(0);
for (const [title, { command, within }] of Object.entries(WINDOWS)) {
  if (wanted.length > 0 && !wanted.some(part => title.includes(part))) continue;
  t.test(`no signal does harm ${title}`, async test => {
    let calls: SystemCall[] = [];
    const known: KnownWorlds = new Set();
    await attempt(test, 'no signal', command, known, async template => {
      calls = within(callsFrom(command.from, command.command(template), command.program));
      return true;
    });
    // Where the disk stands still every signal comes always; elsewhere one in seven, where not all are tried.
    const isGrave = within === whileItStandsStill;
    for (const [place, signal] of SIGNALS.entries()) {
      if (!isFull && !isGrave && place % 7 !== 0) continue;
      for (const call of chosen(calls, place, isFull)) {
        const name = `${signal} at ${call.line.slice(0, 60)}`;
        await attempt(test, name, command, known, template =>
          send(test, name, command, call, signal, template),
        );
      }
    }
    test.ok(
      calls.length > 0,
      `${SIGNALS.length} signals, ${calls.length} calls, ${known.size} different worlds`,
    );
  });
}

t.test('what was tried', test => {
  const { runs, stopped, worlds, suspended } = counts;
  test.equal(
    suspended,
    0,
    `${runs} runs, stopped for a while in ${stopped} of them, ${worlds} different worlds, ${suspended} suspended origins`,
  );
  test.ok(stopped > 0);
  xenstored.stop();
  test.end();
});
