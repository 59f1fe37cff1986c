// Kills a command at every single system call from the taking of its lock on, and looks at what is left after each.
//   kills.js SCENARIO
import { existsSync, unlinkSync } from 'node:fs';
import t, { type Test } from 'tap';
import { hashOf, makeTemplate, type Template, writeRandomAt } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { heldLocks, leakedLoops, leftovers, takeAllDown } from './state.ts';
import { areEnough, callsUnderLock, distinctWorlds, runKilledAt, type SystemCall } from './system-calls.ts';

type Type = 'snapshot' | 'origin';

interface Scenario {
  /** What is there before the command. */
  before(template: Template): void;
  /** The command that is killed. */
  command(template: Template): string[];
  /** What is prepared afterwards, and has to show the template's or the VM's bytes. */
  asked: (template: Template) => [Type, ...string[]];
  /** What has to be taken down at the end besides that. */
  after?(template: Template): void;
}

const stackOf = (template: Template): [Type, ...string[]] => [
  'snapshot',
  template.root,
  template.rootCow,
  template.vm1,
];
const originOf = (template: Template): [Type, ...string[]] => ['origin', template.root, template.rootCow];
const toPrepare = ([type, ...images]: [Type, ...string[]]) => ['prepare', type, images.join(':')];
/** Cleans up what is there already: the node is computed as others compute it, by preparing once more. */
const toCleanup = ([type, ...images]: [Type, ...string[]]) => ['cleanup', type, prepareHere(type, ...images)];

const SCENARIOS: Record<string, Scenario> = {
  'prepare of two layers': {
    before: template => unlinkSync(template.rootCow),
    command: template => toPrepare(stackOf(template)),
    asked: stackOf,
  },
  'prepare of two layers while the template runs': {
    before: template => prepareHere('origin', template.root, template.vm2),
    command: template => toPrepare(stackOf(template)),
    asked: stackOf,
    after: template => cleanupHere('origin', prepareHere('origin', template.root, template.vm2)),
  },
  'prepare of an origin': {
    before: () => {},
    command: template => toPrepare(originOf(template)),
    asked: originOf,
  },
  'cleanup of two layers': {
    before: template => {
      writeRandomAt(prepareHere(...stackOf(template)), 300_000, 500_000);
    },
    command: template => toCleanup(stackOf(template)),
    asked: stackOf,
  },
  'cleanup of an origin': {
    before: template => prepareHere(...originOf(template)),
    command: template => toCleanup(originOf(template)),
    asked: originOf,
  },
};

/** Runs a scenario with the command killed by `end`; checks all that has to hold afterwards. */
function attempt(test: Test, name: string, scenario: Scenario, end: (parameters: string[]) => void): void {
  const template = makeTemplate(1 << 20);
  scenario.before(template);
  const expected = bytesExpected(scenario, template);
  end(scenario.command(template));
  test.same([leakedLoops(), heldLocks()], [[], []], `${name}: no loop device and no lock is left`);
  const node = prepareHere(...scenario.asked(template));
  test.equal(hashOf(node), expected, `${name}: the next prepare gives a device with the right bytes`);
  cleanupHere(scenario.asked(template)[0], node);
  scenario.after?.(template);
  test.same(leftovers(), [], `${name}: the next cleanup leaves nothing`);
  takeAllDown();
  for (const path of [template.root, template.rootCow, template.vm1, template.vm2])
    if (existsSync(path)) unlinkSync(path);
}

/** What the device shows: the template's bytes, with what the VM has written where it has run before. */
function bytesExpected(scenario: Scenario, template: Template): string {
  if (scenario !== SCENARIOS['cleanup of two layers']) return template.hash;
  return hashOf(prepareHere(...stackOf(template)));
}

t.setTimeout(0);
const wanted = process.argv[2] ?? '';
const scenario = SCENARIOS[wanted];
if (scenario === undefined)
  throw new Error(`no scenario "${wanted}": one of ${Object.keys(SCENARIOS).join(', ')}`);

t.test(`${wanted}, killed at every system call`, test => {
  let calls: ReturnType<typeof callsUnderLock> = [];
  attempt(test, 'not killed', scenario, parameters => {
    calls = distinctWorlds(callsUnderLock(parameters));
  });
  const killed = new Set<SystemCall>();
  for (const [index, call] of calls.entries())
    attempt(test, `${index + 1} of ${calls.length}, ${call.line.slice(0, 70)}`, scenario, parameters => {
      if (runKilledAt(call, parameters)) killed.add(call);
    });
  test.ok(areEnough(killed, calls), `${killed.size} of ${calls.length} were killed`);
  test.end();
});
