// Kills add or remove at every single system call from its first word to xenstore (or look at a record) on, then lets
// libxl's next call come, and looks at what is left.
//   hotplug-kills.js SCENARIO
import { readdirSync, rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import {
  type Disk,
  deleteBackend,
  disk,
  makeBackend,
  mustAdd,
  mustRemove,
  pathOf,
  runScript,
} from './hotplug/disks.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { hashOf, makeTemplate, type Template } from './images.ts';
import { deviceNames, heldLocks, leftovers, loopDevices, records, takeAllDown } from './state.ts';
import { callsFrom, distinctWorlds, runKilledAt, type SystemCall } from './system-calls.ts';

interface Scenario {
  /** What is there before. */
  before(template: Template): void;
  /** The call that is killed. */
  disk: Disk;
  command: 'add' | 'remove';
  /** The system call from which on it is killed, as it is in the trace. */
  from: RegExp;
  parameters(template: Template): string;
  /** What has to hold while the disk is gone again, and what takes down the rest. */
  after(test: Test, template: Template, name: string): void;
}

const other = disk(60);
const killed = disk(61);
const twoLayers = (template: Template) => `${template.root}:${template.rootCow}:${template.vm1}`;
const nothing = () => {};

/** A VM of the same template runs all the while: nobody has opened its device, which is claimed and no more. */
const besides = {
  before: (template: Template) => {
    mustAdd(other, `${template.root}:${template.rootCow}:${template.vm2}`);
  },
  after: (test: Test, template: Template, name: string) => {
    const node = deviceNames().find(device => device.split('-').length === 4) ?? 'no device';
    test.equal(hashOf(`/dev/mapper/${node}`), template.hash, `${name}: the other VM has its disk`);
    mustRemove(other);
  },
};

const SCENARIOS: Record<string, Scenario> = {
  'add of the first VM': {
    before: nothing,
    disk: killed,
    command: 'add',
    from: /^connect\(/,
    parameters: twoLayers,
    after: nothing,
  },
  'add of a second VM': {
    ...besides,
    disk: killed,
    command: 'add',
    from: /^connect\(/,
    parameters: twoLayers,
  },
  'add of an origin': {
    before: nothing,
    disk: { ...killed, type: 'origin' },
    command: 'add',
    from: /^connect\(/,
    parameters: template => `${template.root}:${template.rootCow}`,
    after: nothing,
  },
  'remove of the last VM': {
    before: nothing,
    disk: killed,
    command: 'remove',
    from: /xen-hotplug/,
    parameters: twoLayers,
    after: nothing,
  },
  'remove of one VM of two': {
    ...besides,
    disk: killed,
    command: 'remove',
    from: /xen-hotplug/,
    parameters: twoLayers,
  },
};

t.setTimeout(0);
const wanted = process.argv[2] ?? '';
const scenario = SCENARIOS[wanted];
if (scenario === undefined)
  throw new Error(`no scenario "${wanted}": one of ${Object.keys(SCENARIOS).join(', ')}`);
process.env['XENBUS_PATH'] = pathOf(scenario.disk);

/** Loop devices that no device-mapper device holds: nothing will ever free them. */
function leakedLoops(): string[] {
  return loopDevices()
    .filter(({ name }) => readdirSync(`/sys/block/${name}/holders`).length === 0)
    .map(({ name, file }) => `${name} on ${file}`);
}

/** Runs the scenario with the call ended by `end`, then what libxl does in any case: remove, and delete the backend. */
function attempt(test: Test, name: string, template: Template, end: () => void): void {
  const { before, after, command, parameters } = SCENARIOS[wanted] as Scenario;
  const target = (SCENARIOS[wanted] as Scenario).disk;
  before(template);
  if (command === 'add') makeBackend(target, parameters(template));
  else mustAdd(target, parameters(template));
  const around = records().filter(record => !record.includes('-61-'));
  end();
  test.same([leakedLoops(), heldLocks()], [[], []], `${name}: no loop device and no lock is left`);
  test.same(
    runScript(target, 'remove'),
    { status: 0, stdout: '', stderr: '' },
    `${name}: remove takes it all down`,
  );
  deleteBackend(target);
  test.same(records(), around, `${name}: its record is gone, and no other`);
  after(test, template, name);
  test.same(leftovers(), [], `${name}: nothing is left`);
  takeAllDown();
}

t.test(`${wanted}, killed at every system call`, test => {
  const template = makeTemplate(1 << 20);
  let calls: SystemCall[] = [];
  const program = `block-${scenario.disk.type}`;
  attempt(test, 'not killed', template, () => {
    calls = distinctWorlds(callsFrom(scenario.from, [scenario.command], program));
  });
  let count = 0;
  for (const [index, call] of calls.entries())
    attempt(test, `${index + 1} of ${calls.length}, ${call.line}`, template, () => {
      if (runKilledAt(call, [scenario.command], program)) count += 1;
    });
  test.ok(
    count >= calls.length * 0.9,
    `${count} of ${calls.length} were killed: the others made fewer calls that time`,
  );
  rmSync(template.folder, { recursive: true });
  xenstored.stop();
  test.end();
});
