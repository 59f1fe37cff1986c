// A host's life, in simulated time: VMs start and stop, and templates are updated, as people have them; what the kernel keeps of it must not
// grow, and an add must not have more to do at the end than at the beginning.
//   soak.js [HOURS]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import './own-etc.ts';
import { Filesystem } from '../../chaos/real/filesystem.ts';
import { type Disk, deleteBackend, disk, makeBackend, mustAdd, mustRemove, pathOf } from './hotplug/disks.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { MEBIBYTE, makeImage, makeTemplate, type Template, writeRandomAt } from './images.ts';
import { must } from './programs.ts';
import { deviceNames, leftovers, loopDevices, records } from './state.ts';
import { traced } from './system-calls.ts';

const HOURS = Number(process.argv[2] ?? 24);
const MINUTE = 60_000;
/** Minutes between two things that happen. */
const STEP = 3;
/** VMs of which one starts or stops at a time. */
const VMS = 8;
/** A template is updated this often, in hours. */
const UPDATE = 4;

t.setTimeout(0);

/** What is there when no VM runs. */
interface Kept {
  devices: number;
  loops: number;
  semaphores: number;
  /** Open files of the whole system. */
  files: number;
  locks: number;
  records: number;
  /** KiB that the kernel cannot give back. */
  slab: number;
  kernelStacks: number;
}

function kept(): Kept {
  must('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '3');
  const memory = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
  return {
    devices: deviceNames().length,
    loops: loopDevices().length,
    semaphores: readFileSync('/proc/sysvipc/sem', 'utf8').trimEnd().split('\n').length - 1,
    files: Number(readFileSync('/proc/sys/fs/file-nr', 'utf8').split('\t')[0]),
    locks: readdirSync('/run/block-snapshot').length,
    records: records().length,
    slab: memory('SUnreclaim'),
    kernelStacks: memory('KernelStack'),
  };
}

/** The clock goes forward, to the next thing that happens. */
function passTime(minutes: number): void {
  must('date', '-s', `@${Math.round((Date.now() + minutes * MINUTE) / 1000)}`);
}

let domains = 0;

class Life {
  readonly #templates: readonly Template[];
  readonly #running = new Map<number, Disk>();
  /** How long each add took, in milliseconds. */
  readonly adds: number[] = [];

  constructor(templates: readonly Template[]) {
    this.#templates = templates;
  }

  #template(number: number): Template {
    const template = this.#templates[number % this.#templates.length];
    if (template === undefined) throw new Error(`no template ${number}`);
    return template;
  }

  /** One that runs stops, one that does not starts; its disk is a new one each time. */
  toggle(vm: number): void {
    const running = this.#running.get(vm);
    if (running !== undefined) {
      mustRemove(running);
      this.#running.delete(vm);
      return;
    }
    const { root, rootCow, folder } = this.#template(vm);
    const cow = makeImage(`${folder}/vm${vm}.img`, 2 * MEBIBYTE);
    domains += 1;
    const started = disk(domains);
    const begun = performance.now();
    const node = mustAdd(started, `${root}:${rootCow}:${cow}`);
    this.adds.push(performance.now() - begun);
    writeRandomAt(node, 0, 200_000);
    this.#running.set(vm, started);
  }

  stopAll(): void {
    for (const vm of [...this.#running.keys()]) this.toggle(vm);
  }

  /** A template runs, is changed, and is committed when it stops. */
  update(number: number): void {
    const { root, rootCow } = this.#template(number);
    domains += 1;
    const run = disk(domains, 'origin');
    const node = mustAdd(run, `${root}:${rootCow}`);
    writeRandomAt(node, (number % 8) * 131_072, 131_072);
    mustRemove(run);
  }

  /** How many system calls the add of a VM makes when nothing else runs. */
  systemCalls(): number {
    const { root, rootCow, vm1 } = this.#template(0);
    domains += 1;
    const probe = disk(domains);
    makeBackend(probe, `${root}:${rootCow}:${vm1}`);
    const { calls, outcome } = traced(['add'], 'block-snapshot', { XENBUS_PATH: pathOf(probe) });
    if (outcome.status !== 0) throw new Error(outcome.stderr);
    mustRemove(probe);
    deleteBackend(probe);
    return calls.length;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

t.test(`${HOURS} hours of a host's life leave nothing behind`, test => {
  const filesystem = new Filesystem('ext4');
  const life = new Life(
    Array.from({ length: 3 }, (_, index) => {
      const folder = `${filesystem.point}/t${index}`;
      mkdirSync(folder);
      return makeTemplate(MEBIBYTE, folder);
    }),
  );
  const hours: Kept[] = [];
  const calls: number[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    for (let minute = 0; minute < 60; minute += STEP) {
      passTime(STEP);
      life.toggle((hour * 7 + (minute / STEP) * 3) % VMS);
    }
    if (hour % UPDATE === UPDATE - 1) life.update(Math.floor(hour / UPDATE));
    life.stopAll();
    calls.push(life.systemCalls());
    hours.push(kept());
  }
  report(test, life, hours, calls);
  test.same(
    leftovers().filter(left => !left.includes('filesystem')),
    [],
    'nothing is left',
  );
  filesystem.remove();
  xenstored.stop();
  test.end();
});

/** From the second hour on: in the first the programs come into memory. */
function report(test: Test, { adds }: Life, hours: readonly Kept[], calls: readonly number[]): void {
  const [, first, ...rest] = hours;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) throw new Error('three hours are too few');
  for (const name of ['devices', 'loops', 'semaphores', 'records'] as const)
    test.equal(last[name], first[name], `${name}: ${first[name]}, and at the end ${last[name]}`);
  const tenth = Math.ceil(adds.length / 10);
  const [early, late] = [median(adds.slice(0, tenth)), median(adds.slice(-tenth))];
  test.comment(
    `${adds.length} adds: median of the first tenth ${early.toFixed(1)} ms, of the last ${late.toFixed(1)} ms`,
  );
  test.ok(last.files <= first.files + 8, `open files: ${first.files}, and at the end ${last.files}`);
  test.ok(
    last.locks <= first.locks + 8,
    `files in /run/block-snapshot: ${first.locks}, and at the end ${last.locks}`,
  );
  test.ok(
    last.slab <= first.slab + 1024,
    `KiB that the kernel keeps: ${first.slab}, and at the end ${last.slab}`,
  );
  test.ok(
    last.kernelStacks <= first.kernelStacks + 64,
    `KiB of the kernel's stacks: ${first.kernelStacks}, and at the end ${last.kernelStacks}`,
  );
  const [begin = 0, end = 0] = [calls[1], calls.at(-1)];
  test.ok(end <= begin + 5, `system calls of an add: ${begin}, and at the end ${end}`);
}
