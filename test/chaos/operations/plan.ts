// What an operation comes to on a host as it is: what is done, what has to be answered, and what is true afterwards.
import type { Blocks } from '../model/blocks.ts';
import type { Host } from '../model/host.ts';
import type { Call } from '../real/calls.ts';

/** What people and other programs do besides; each also as a line that can be typed. */
export interface Deed {
  shown: string;
  act: () => void;
  /** What takes it back. */
  undo?: Deed;
}

export interface Plan {
  /** The name of what it starts: two starts of one thing at once are no part of a story (test/kernel/guest/hotplug has them). */
  starts?: string;
  /** Done before the call, once. */
  before?: readonly Deed[];
  /** Made when those are done; undefined where people do all of it. */
  call?: () => Call;
  /** Of a call that has to be refused, what its one line says; undefined where it has to succeed. */
  refused?: RegExp;
  /** What a call that succeeds has to print; nothing without it. */
  prints?: RegExp;
  /** What it may say on standard error, though it succeeds. */
  says?: RegExp;
  /** Whether an exit status of 1 says that something was found. */
  mayFind?: true;
  /** Done after the call, whatever became of it. */
  after?: readonly Deed[];
  /**
   * What is true when it has been done.
   * @param stdout what the call has printed
   */
  settle(host: Host, stdout: string): void;
  /** What brings it to its end after a fault in the middle; without it the same call once more. */
  mend?: Mending;
}

/** What is done where a fault has left something, by people or by who made the call. Each call has to succeed, or to say that it is over. */
export interface Mending {
  /** What a call says of which the first one had done all that can be seen; what it had left has to be gone then all the same. */
  isOver?: RegExp;
  steps?(looked: Looked): readonly Step[];
  /** The same where the machine has been started anew since; without it what was done before the call as well, and the same. */
  stepsAfterBoot?(looked: Looked): readonly Step[];
}

export type Step = Call | Deed;

/** What can be seen of a template when a command was ended in its middle. */
export interface Looked {
  /** Of how many finished runs there is a revision. */
  revisions(image: string): number;
  /** Whether a revert was begun. */
  isHalfWay(image: string): boolean;
  exists(path: string): boolean;
  /** Whether a file has these bytes. */
  holds(path: string, blocks: Blocks): boolean;
}

/** A refusal for any of several reasons that all hold: which is said first is not promised. */
export function anyOf(...reasons: (RegExp | false | undefined)[]): RegExp | undefined {
  const all = reasons.filter(reason => reason instanceof RegExp);
  return all.length === 0 ? undefined : new RegExp(all.map(({ source }) => source).join('|'));
}

/** A deed that is a command of the system, done by itself. */
export function deed(shown: string, act: () => void): Deed {
  return { shown, act };
}

/** The fields of a plan that are there. */
export function planOf(
  plan: { [Field in keyof Plan]: Plan[Field] | undefined } & Pick<Plan, 'settle'>,
): Plan {
  return Object.fromEntries(
    Object.entries(plan).filter(([, value]) => value !== undefined),
  ) as unknown as Plan;
}
