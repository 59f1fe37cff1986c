// A host as people have it: some VMs run all day, others come and go, and now and then a template is updated.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Disk, disk, makeBackend, mustAdd, mustRemove, pathOf, type Type } from '../hotplug/disks.ts';
import { xenstored } from '../hotplug/surroundings.ts';
import { MEBIBYTE, makeImage, writeRandomAt } from '../images.ts';
import { must } from '../programs.ts';
import { ofTheProgramItself, traced } from '../system-calls.ts';

const SIZE = 4 * MEBIBYTE;
/** How much of its disk a VM writes, and a template's update. */
const WRITTEN = 300_000;
const SECONDS = 1000;
/** The kernel's own threads come and go. */
const OF_PROCESSES = /^readlink(?:at)?\(.*(?:"\/proc\/\d+\/exe"|, "\d+", )/;

interface HostTemplate {
  folder: string;
  root: string;
  clones: boolean;
}

interface Vm {
  template: HostTemplate;
  cow: string;
  running: Disk | undefined;
}

export class HostLife {
  readonly templates: readonly HostTemplate[];
  /** One on each template. */
  readonly #allDay: readonly Vm[];
  readonly #comeAndGo: readonly Vm[];
  #domains = 0;
  #hours = 0;
  #adds: number[] = [];

  /**
   * @param snapshots where two templates lie whose VMs have snapshots
   * @param clones where one lies whose VMs have clones: XFS or btrfs
   * @param comeAndGo how many VMs come and go
   */
  constructor(snapshots: string, clones: string, comeAndGo: number) {
    this.templates = [`${snapshots}/t0`, `${snapshots}/t1`, `${clones}/t2`].map(folder => {
      mkdirSync(folder);
      const root = makeImage(join(folder, 'root.img'), SIZE, 'random');
      return { folder, root, clones: folder.startsWith(clones) };
    });
    const vms = (many: number, name: string) =>
      Array.from({ length: many }, (_, number): Vm => {
        const template = this.template(number);
        return { template, cow: join(template.folder, `${name}${number}.img`), running: undefined };
      });
    this.#allDay = vms(this.templates.length, 'all-day');
    this.#comeAndGo = vms(comeAndGo, 'vm');
    // Once all run at the same time: the kernel keeps as many loop devices as there ever were, and each is looked at.
    for (const vm of [...this.#allDay, ...this.#comeAndGo]) this.#start(vm);
    for (const vm of this.#comeAndGo) stop(vm);
  }

  /** @param number any: they come in turn */
  template(number: number): HostTemplate {
    const template = this.templates[number % this.templates.length];
    if (template === undefined) throw new Error(`no template ${number}`);
    return template;
  }

  /**
   * One hour: each VM that comes and goes has started and stopped at its end, in an order that is another each hour.
   * @param updates the templates that are updated in its middle
   * @returns how long each add took, in milliseconds
   */
  hour(updates: readonly HostTemplate[]): readonly number[] {
    this.#hours += 1;
    this.#adds = [];
    const twice = [...this.#comeAndGo, ...this.#comeAndGo];
    const [order = []] = fc.sample(fc.shuffledSubarray(twice, { minLength: twice.length }), {
      seed: this.#hours,
      numRuns: 1,
    });
    for (const [index, vm] of order.entries()) {
      passTime(60 / order.length);
      if (vm.running === undefined) this.#start(vm);
      else stop(vm);
      if (index === order.length / 2) for (const template of updates) this.#update(template);
    }
    // What was written to xenstore, which nobody asks for.
    xenstored.changes();
    return this.#adds;
  }

  /** A template runs, is changed, and is committed when it stops; the VM that runs on it all day is started anew. */
  #update(template: HostTemplate): void {
    const run = this.#disk(template.clones ? 'reflink-origin' : 'origin');
    const node = mustAdd(run, template.clones ? template.root : `${template.root}:${cowOf(template)}`);
    writeRandomAt(node, (this.#domains % 8) * WRITTEN, WRITTEN);
    mustRemove(run);
    for (const vm of this.#allDay)
      if (vm.template === template) {
        stop(vm);
        this.#start(vm);
      }
  }

  #start(vm: Vm): void {
    vm.running = this.#disk(vm.template.clones ? 'reflink' : 'snapshot');
    const parameters = this.#made(vm);
    const begun = performance.now();
    const node = mustAdd(vm.running, parameters);
    this.#adds.push(performance.now() - begun);
    writeRandomAt(node, 0, WRITTEN);
  }

  /** A VM's disk is a new one at each start. @returns what Xen is told of it */
  #made({ template, cow }: Pick<Vm, 'template' | 'cow'>): string {
    if (template.clones) return `${template.root}:${cow}`;
    makeImage(cow, SIZE);
    return `${template.root}:${cowOf(template)}:${cow}`;
  }

  #disk(type: Type): Disk {
    this.#domains += 1;
    return disk(this.#domains, type);
  }

  /** How many system calls of its own the add of another VM makes, but for those that look at each process. */
  systemCalls(template: HostTemplate): number {
    const probe = this.#disk(template.clones ? 'reflink' : 'snapshot');
    const vm = { template, cow: join(template.folder, 'probe.img'), running: probe };
    makeBackend(probe, this.#made(vm));
    const { calls, outcome } = traced(['add'], `block-${probe.type}`, { XENBUS_PATH: pathOf(probe) });
    if (outcome.status !== 0) throw new Error(`add: exit ${outcome.status}: ${outcome.stderr}`);
    stop(vm);
    return ofTheProgramItself(calls).filter(({ line }) => !OF_PROCESSES.test(line)).length;
  }

  stopAll(): void {
    for (const vm of [...this.#allDay, ...this.#comeAndGo]) if (vm.running !== undefined) stop(vm);
  }
}

function stop(vm: Vm): void {
  if (vm.running === undefined) throw new Error(`${vm.cow} is of no VM that runs`);
  mustRemove(vm.running);
  vm.running = undefined;
  rmSync(vm.cow, { force: true });
}

function cowOf({ folder }: HostTemplate): string {
  return join(folder, 'root-cow.img');
}

/** The clock goes forward, to the next thing that happens. */
function passTime(minutes: number): void {
  must('date', '-s', `@${Math.round(Date.now() / SECONDS + minutes * 60)}`);
}
