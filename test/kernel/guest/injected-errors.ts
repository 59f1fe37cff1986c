// Lets system calls of a command fail, each once and each for good from there on, and looks at what is left.
//   injected-errors.js [full]
// Without `full` a sample of the calls, spread evenly over each command.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { writeRecord } from '../../../src/claims/records.ts';
import { requireImage } from '../../../src/devices/kernel/images.ts';
import { operationLock } from '../../../src/devices/operations.ts';
import { parseNode } from '../../../src/devices/request/node-request.ts';
import { detach } from '../../../src/disks/detach.ts';
import { hashOf, makeTemplate, removeTemplate, type Template, writeRandomAt } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { commitHere, revertHere, revisionsHere, runTemplate, trimHere } from './life/in-process.ts';
import { kernel } from './programs.ts';
import { deviceNames, heldLocks, leftovers, loopDevices, takeAllDown } from './state.ts';
import { callsFrom, type Duration, errorOf, runFailingAt, type SystemCall } from './system-calls.ts';

/** How many calls of each command are tried when not all are. */
const SAMPLE = 8;
const SIZE = 1 << 20;
const isFull = process.argv[2] === 'full';
/** The disk that Xen's calls are about. */
const KEY = 'backend-vbd-61-51712';
process.env['XENBUS_PATH'] = 'backend/vbd/61/51712';

interface Command {
  /** What is there before it. */
  before(template: Template): void;
  command(template: Template): string[];
  /** The name that the executable is called by. */
  program?: string;
  /** From which call on; what it does before changes nothing. */
  from: RegExp;
  /** The next command, and what the disks have to show; it takes everything down. */
  after(test: Test, name: string, template: Template): Promise<void> | void;
}

const layers = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1];
/** The template's bytes before its last run, and after it: noted by `before`. */
let earlier = '';
let later = '';
let vmBytes = '';

function shows(test: Test, name: string, expected: string, ...images: string[]): void {
  const node = prepareHere('snapshot', ...images);
  test.equal(hashOf(node), expected, `${name}: the next prepare gives the right bytes`);
  cleanupHere('snapshot', node);
}

/** A run of the template that goes on, over one that is finished. */
function runAgain({ root, rootCow }: Template): string {
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  earlier = hashOf(root);
  const origin = prepareHere('origin', root, rootCow);
  writeRandomAt(origin, 0, 300_000);
  later = hashOf(root);
  return origin;
}

/** A new version is shown where the run was committed, the old one where not. */
function showsEither(test: Test, name: string, { root, rootCow }: Template): void {
  const committed = revisionsHere(root).length > 1 || hashOf(rootCow) === hashOf(`${rootCow}.old`);
  const node = prepareHere('snapshot', root, rootCow);
  const shown = hashOf(node);
  cleanupHere('snapshot', node);
  test.ok(
    shown === earlier || shown === later,
    `${name}: the next VM sees a version, whole${committed ? '' : ', as far as it was committed'}`,
  );
}

const COMMANDS: Record<string, Command> = {
  'prepare while the template runs': {
    before: template => void prepareHere('origin', template.root, template.vm2),
    command: template => ['prepare', 'snapshot', layers(template).join(':')],
    from: /^flock\(/,
    after: (test, name, template) => {
      shows(test, name, template.hash, ...layers(template));
      cleanupHere('origin', prepareHere('origin', template.root, template.vm2));
    },
  },
  'prepare of an origin': {
    before: () => {},
    command: template => ['prepare', 'origin', `${template.root}:${template.rootCow}`],
    from: /^flock\(/,
    after: (test, name, template) => {
      const node = prepareHere('origin', template.root, template.rootCow);
      test.equal(hashOf(node), template.hash, `${name}: the next prepare gives the right bytes`);
      cleanupHere('origin', node);
    },
  },
  'cleanup while the template runs': {
    before: template => {
      prepareHere('origin', template.root, template.vm2);
      const node = prepareHere('snapshot', ...layers(template));
      writeRandomAt(node, 300_000, 500_000);
      vmBytes = hashOf(node);
    },
    command: template => ['cleanup', 'snapshot', prepareHere('snapshot', ...layers(template))],
    from: /^flock\(/,
    after: (test, name, template) => {
      shows(test, name, vmBytes, ...layers(template));
      cleanupHere('origin', prepareHere('origin', template.root, template.vm2));
    },
  },
  'remove of an origin, with its commit': {
    before: template => {
      const origin = runAgain(template);
      writeRecord(KEY, { parameters: `${template.root}:${template.rootCow}`, device: parseNode(origin) });
    },
    command: () => ['remove'],
    program: 'block-origin',
    from: /xen-hotplug/,
    after: (test, name, template) => {
      showsEither(test, name, template);
      detach(KEY, 0);
      shows(test, name, later, template.root, template.rootCow);
    },
  },
  commit: {
    before: template => void cleanupHere('origin', runAgain(template)),
    command: ({ root }) => ['commit', root],
    from: /^flock\(/,
    after: (test, name, template) => {
      showsEither(test, name, template);
      commitHere(template.root);
      shows(test, name, later, template.root, template.rootCow);
    },
  },
  revert: {
    before: template => {
      cleanupHere('origin', runAgain(template));
      commitHere(template.root);
    },
    command: ({ root }) => ['revert', root, '--yes'],
    from: /linkat\(|O_TMPFILE/,
    after: async (test, name, template) => {
      const { root, rootCow } = template;
      rmSync(operationLock(requireImage({ role: 'template', path: root }).disk), {
        recursive: true,
        force: true,
      });
      if (existsSync(`${rootCow}.reverting`) || hashOf(root) === later) await revertHere(root);
      test.equal(hashOf(root), earlier, `${name}: every byte is as it was before the run`);
    },
  },
  trim: {
    before: template => void cleanupHere('origin', prepareHere('origin', template.root, template.rootCow)),
    command: ({ root }) => ['trim', root],
    from: /^flock\(/,
    after: async (test, name, template) => {
      rmSync(operationLock(requireImage({ role: 'template', path: template.root }).disk), {
        recursive: true,
        force: true,
      });
      await trimHere(template.root);
      shows(test, name, template.hash, template.root, template.vm1);
    },
  },
};

/** Devices that stand still although the command has ended. */
const suspended = () => deviceNames().filter(name => kernel.deviceTable(name)?.suspended);

const leakedLoops = () =>
  loopDevices()
    .filter(({ name }) => readdirSync(`/sys/block/${name}/holders`).length === 0)
    .map(({ name, file }) => `${name} on ${file}`);

async function attempt(test: Test, name: string, command: Command, act: (template: Template) => void) {
  const template = makeTemplate(SIZE);
  try {
    command.before(template);
    act(template);
    test.same(
      [suspended().filter(device => device.startsWith('origin-')), leakedLoops(), heldLocks()],
      [[], [], []],
      `${name}: no origin stands still, no loop device and no lock is left`,
    );
    await command.after(test, name, template);
    test.same(leftovers(), [], `${name}: nothing is left`);
  } catch (error) {
    test.fail(`${name}: ${(error as Error).message}`);
  } finally {
    takeAllDown();
    removeTemplate(template);
  }
}

/** The calls that are tried: all, or some from everywhere. */
function chosen(calls: SystemCall[]): SystemCall[] {
  if (isFull || calls.length <= SAMPLE) return calls;
  return Array.from(
    { length: SAMPLE },
    (_, index) => calls[Math.floor((index * calls.length) / SAMPLE)],
  ).filter(call => call !== undefined);
}

/** A resume that fails for good cannot be helped by the command itself: the next one has to. */
const isHopeless = (call: SystemCall, duration: Duration) => duration === 'for good' && call.name === 'ioctl';

t.setTimeout(0);
for (const [title, command] of Object.entries(COMMANDS))
  t.test(`${title}, with errors in its system calls`, async test => {
    let calls: SystemCall[] = [];
    await attempt(test, 'no error', command, template => {
      calls = callsFrom(command.from, command.command(template), command.program).filter(
        call => errorOf(call) !== undefined,
      );
    });
    let injected = 0;
    for (const [index, call] of chosen(calls).entries())
      for (const duration of isFull || index % 2 === 0
        ? (['once', 'for good'] as const)
        : (['once'] as const)) {
        const name = `${call.line.slice(0, 70)}, ${errorOf(call)} ${duration}`;
        if (isHopeless(call, duration)) continue;
        await attempt(test, name, command, template => {
          runFailingAt(call, duration, command.command(template), command.program);
        });
        injected += 1;
      }
    test.ok(injected > 0, `${injected} errors in ${calls.length} system calls`);
  });
