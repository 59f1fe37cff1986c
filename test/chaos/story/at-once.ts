// A step of several commands at once, each by its executable.
import type { AsyncCommand } from 'fast-check';
import type { Host } from '../model/host.ts';
import { inOrder, orders, type Part, planAll } from '../operations/together.ts';
import { shown } from '../real/calls.ts';
import { requireSound } from '../real/checks.ts';
import { runExecutable } from '../real/run-executable.ts';
import { requireAnswer } from '../real/stage.ts';
import type { Model } from './operation.ts';
import type { Scene } from './scene.ts';

export class AtOnce implements AsyncCommand<Model, Scene> {
  readonly #planners: readonly Part['planner'][];
  readonly #words: string;

  /** @param words what was picked for them */
  constructor(planners: readonly Part['planner'][], words: string) {
    this.#planners = planners;
    this.#words = words;
  }

  check(): boolean {
    return true;
  }

  async run({ host }: Model, { story, counts }: Scene): Promise<void> {
    // Of what kind a template is the first command on it says, whichever that is.
    if (host.templates.some(({ kind }) => kind === undefined)) return;
    const planned = planAll(structuredClone(host), this.#planners);
    if (planned === undefined) return;
    const { parts, plans } = planned;
    const calls = plans.map(({ call, before = [] }) => {
      for (const one of before) {
        story.tell(one.shown);
        one.act();
      }
      return call?.();
    });
    if (new Set(calls.map(call => JSON.stringify(call))).size < calls.length) return;
    for (const plan of plans) counts.add('at once', plan, undefined);
    story.tell(`# at once: ${calls.map(call => call && shown(call)).join(' & ')} & wait`);
    const outcomes = await Promise.all(
      calls.flatMap(call => (call === undefined ? [] : runExecutable(call))),
    );
    for (const { stdout, stderr } of outcomes) story.tell(`# ${`${stdout}${stderr}`.trimEnd()}`);
    for (const { after = [] } of plans)
      for (const one of after) {
        story.tell(one.shown);
        one.act();
      }
    const reasons: string[] = [];
    for (const order of orders(parts.length))
      try {
        const after = inOrder(host, parts, outcomes, order, requireAnswer);
        requireSound(after);
        adopt(host, after);
        return;
      } catch (error) {
        reasons.push(`${order.join(', ')}: ${(error as Error).message}`);
      }
    throw new Error(`in no order they could have come to this: ${reasons.join('; ')}`);
  }

  toString(): string {
    return `at once ${this.#words}`;
  }
}

function adopt(host: Host, after: Host): void {
  Object.assign(host, after);
}
