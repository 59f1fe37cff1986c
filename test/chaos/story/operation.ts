// One step of a story, as fast-check has it.
import type { AsyncCommand } from 'fast-check';
import { type Fault, withFault } from '../faults/fault.ts';
import type { Host } from '../model/host.ts';
import { type Plan, planOf } from '../operations/plan.ts';
import { shown } from '../real/calls.ts';
import { requireSound } from '../real/checks.ts';
import { runHere } from '../real/run-here.ts';
import { aliasOf, BY_EXECUTABLE, carryOut, IN_PROCESS, requireAnswer, type Story } from '../real/stage.ts';
import type { Scene } from './scene.ts';

/** How a step is done: by the executable, or in this process; and what goes wrong. */
export interface Manner {
  byExecutable: boolean;
  /** By another name of the folder that all lies in. */
  byAlias: boolean;
  /** Whether it is asked before what it would do, which does nothing. */
  asked: boolean;
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
  planned: Plan,
  { byExecutable, byAlias, asked, fault, look }: Manner,
  host: Host,
  scene: Scene,
): Promise<void> {
  const plan = byAlias ? aliased(planned, host) : planned;
  if (asked) await askFirst(plan, scene.story);
  const faulty = plan.call === undefined ? undefined : fault;
  scene.counts.add(name, plan, faulty);
  if (faulty !== undefined) await withFault(faulty, plan, host, scene);
  else plan.settle(host, await carryOut(plan, scene.story, byExecutable ? BY_EXECUTABLE : IN_PROCESS));
  requireSound(host, look);
}

/** The same, with the other name in the call. */
function aliased(plan: Plan, { folder }: Host): Plan {
  const { call } = plan;
  if (call === undefined) return plan;
  const other = (text: string) => text.replaceAll(`${folder}/`, `${aliasOf(folder)}/`);
  return {
    ...plan,
    call: () => {
      const made = call();
      const { parameters, input } = made;
      return {
        ...made,
        parameters: parameters.map(other),
        ...(input === undefined ? {} : { input: other(input) }),
      };
    },
  };
}

const ANYTHING = /^/;
const CAN_BE_ASKED: readonly unknown[] = [
  'prepare',
  'cleanup',
  'commit',
  'revert',
  'trim',
  'derive',
  'dedupe',
  'convert',
];

/** What a command would do it says without doing it, where it would not be refused. @throws Error where it answers otherwise */
async function askFirst({ call, before = [], refused }: Plan, story: Story): Promise<void> {
  // What is to be there first is not there yet.
  if (call === undefined || before.length > 0) return;
  // What the filesystem is going to say nobody asks it.
  if (refused?.source.includes('clone files')) return;
  const made = call();
  if (made.program !== 'block-snapshot' || !CAN_BE_ASKED.includes(made.parameters[0])) return;
  const asking = { ...made, parameters: [...made.parameters, '--dry-run'] };
  story.tell(shown(asking));
  const outcome = await runHere(asking);
  const plan = { refused, prints: ANYTHING, says: ANYTHING, settle: () => {} };
  requireAnswer(refused === undefined ? planOf(plan) : planOf({ ...plan, prints: undefined }), outcome);
}
