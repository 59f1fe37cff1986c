// One step of a story, as fast-check has it.
import { readdirSync } from 'node:fs';
import type { AsyncCommand } from 'fast-check';
import { type Fault, withFault } from '../faults/fault.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../operations/plan.ts';
import { requireSound } from '../real/checks.ts';
import { BY_EXECUTABLE, carryOut, IN_PROCESS } from '../real/stage.ts';
import type { Scene } from './scene.ts';

/** How a step is done: by the executable, or in this process; and what goes wrong. */
export interface Manner {
  byExecutable: boolean;
  fault: Fault | undefined;
  /** Which disk is read afterwards. */
  look: number;
}

/** What there should be: fast-check wants one object for all of a story. */
export interface Model {
  host: Host;
}

/** @returns undefined where it has no sense on a host as it is */
export type Planner<Picks> = (host: Host, picks: Picks) => Plan | undefined;

export class Operation<Picks> implements AsyncCommand<Model, Scene> {
  readonly #name: string;
  readonly #planner: Planner<Picks>;
  readonly #picks: Picks;
  readonly #manner: Manner;

  constructor(name: string, planner: Planner<Picks>, picks: Picks, manner: Manner) {
    this.#name = name;
    this.#planner = planner;
    this.#picks = picks;
    this.#manner = manner;
  }

  check(): boolean {
    return true;
  }

  async run({ host }: Model, scene: Scene): Promise<void> {
    const plan = this.#planner(host, this.#picks);
    if (plan !== undefined) await perform(this.#name, plan, this.#manner, host, scene);
  }

  toString(): string {
    return `${this.#name} ${JSON.stringify(this.#picks)} ${JSON.stringify(this.#manner)}`;
  }
}

/** Does what a plan says, and looks at what has become of the host. @throws Error where that is not as it has to be */
export async function perform(
  name: string,
  plan: Plan,
  { byExecutable, fault, look }: Manner,
  host: Host,
  scene: Scene,
): Promise<void> {
  const faulty = plan.call === undefined ? undefined : fault;
  const before = openDescriptors();
  scene.counts.add(name, plan, faulty);
  if (faulty !== undefined) await withFault(faulty, plan, host, scene);
  else plan.settle(host, await carryOut(plan, scene.story, byExecutable ? BY_EXECUTABLE : IN_PROCESS));
  requireSound(host, look);
  const more = openDescriptors() - before;
  if (more > 0) throw new Error(`${more} descriptors are left open`);
}

/** How many files this process has open. */
function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
