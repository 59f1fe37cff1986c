// Kills add or remove at every single system call from the taking of its lock (or its look at a record) on, then lets
// libxl's next call come, and looks at what is left.
//   hotplug-kills.js SCENARIO
import { rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { LOCK_FOLDER } from '../../../src/devices/kernel/lock-file.ts';
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
import { deviceNames, heldLocks, leakedLoops, leftovers, records } from './state.ts';
import { areEnough, callsFrom, distinctWorlds, runKilledAt, type SystemCall } from './system-calls.ts';

interface Scenario {
  /** The call that is killed. */
  disk: Disk;
  command: 'add' | 'remove';
  /** The system call from which on it is killed, as it is in the trace. */
  from: RegExp;
  parameters(template: Template): string;
  /** Whether a VM of the same template is there all the while: nobody has opened its device, which is claimed and no more. */
  besides: boolean;
}

const other = disk(60);
const killed = disk(61);
const twoLayers = (template: Template) => `${template.root}:${template.rootCow}:${template.vm1}`;

/** What add does before it has the base's lock changes nothing. */
const LOCK = /^flock\(/;
const RECORD = /xen-hotplug/;

const SCENARIOS: Record<string, Scenario> = {
  'add of the first VM': {
    disk: killed,
    command: 'add',
    from: LOCK,
    parameters: twoLayers,
    besides: false,
  },
  'add of a second VM': {
    disk: killed,
    command: 'add',
    from: LOCK,
    parameters: twoLayers,
    besides: true,
  },
  'add of an origin': {
    disk: { ...killed, type: 'origin' },
    command: 'add',
    from: LOCK,
    parameters: template => `${template.root}:${template.rootCow}`,
    besides: false,
  },
  'remove of the last VM': {
    disk: killed,
    command: 'remove',
    from: RECORD,
    parameters: twoLayers,
    besides: false,
  },
  'remove of one VM of two': {
    disk: killed,
    command: 'remove',
    from: RECORD,
    parameters: twoLayers,
    besides: true,
  },
};

t.setTimeout(0);
const wanted = process.argv[2] ?? '';
const scenario = SCENARIOS[wanted];
if (scenario === undefined)
  throw new Error(`no scenario "${wanted}": one of ${Object.keys(SCENARIOS).join(', ')}`);
process.env['XENBUS_PATH'] = pathOf(scenario.disk);

/** Runs the call, ended by `end`, then what libxl does in any case: remove, and delete the backend. */
function attempt(
  test: Test,
  name: string,
  template: Template,
  { disk, command, parameters }: Scenario,
  end: () => void,
) {
  // As the first command after a boot: with no lock files there yet.
  rmSync(LOCK_FOLDER, { recursive: true, force: true });
  const around = [records(), leftovers()];
  if (command === 'add') makeBackend(disk, parameters(template));
  else mustAdd(disk, parameters(template));
  end();
  test.same([leakedLoops(), heldLocks()], [[], []], `${name}: no loop device and no lock is left`);
  test.same(
    runScript(disk, 'remove'),
    { status: 0, stdout: '', stderr: '' },
    `${name}: remove takes it all down`,
  );
  deleteBackend(disk);
  test.same(
    [records(), leftovers()],
    around,
    `${name}: nothing is left of it, and all of what was there before`,
  );
}

/** The other VM, which nobody has opened. */
function lookAtOther(test: Test, template: Template, name: string): void {
  const node = deviceNames().find(device => device.split('-').length === 4) ?? 'no device';
  test.equal(hashOf(`/dev/mapper/${node}`), template.hash, `${name}: the other VM has its disk`);
}

t.test(`${wanted}, killed at every system call`, test => {
  const template = makeTemplate(1 << 20);
  if (scenario.besides) mustAdd(other, `${template.root}:${template.rootCow}:${template.vm2}`);
  let calls: SystemCall[] = [];
  const program = `block-${scenario.disk.type}`;
  attempt(test, 'not killed', template, scenario, () => {
    calls = distinctWorlds(callsFrom(scenario.from, [scenario.command], program));
  });
  const killed = new Set<SystemCall>();
  for (const [index, call] of calls.entries()) {
    const name = `${index + 1} of ${calls.length}, ${call.line.slice(0, 70)}`;
    attempt(test, name, template, scenario, () => {
      if (runKilledAt(call, [scenario.command], program)) killed.add(call);
    });
    if (scenario.besides) lookAtOther(test, template, name);
  }
  if (scenario.besides) mustRemove(other);
  test.same(leftovers(), [], 'nothing is left');
  test.ok(areEnough(killed, calls), `${killed.size} of ${calls.length} were killed`);
  rmSync(template.folder, { recursive: true });
  xenstored.stop();
  test.end();
});
