// Several commands at once: what becomes of them has to be what becomes of them in one order or another.
import type { Outcome } from '../../kernel/guest/programs.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from './plan.ts';

/** One of those that run at once, with what was picked for it. */
export interface Part {
  planner: (host: Host) => Plan | undefined;
  /** Numbers given when it was planned: with the same ones the same is planned again. */
  given: number;
}

/** What is planned for each, by a host as it is before any of them; undefined where one of them has no sense. */
export function planAll(
  host: Host,
  planners: readonly Part['planner'][],
): { parts: Part[]; plans: Plan[] } | undefined {
  const parts: Part[] = [];
  const plans: Plan[] = [];
  for (const planner of planners) {
    const given = host.given;
    const plan = planner(host);
    if (plan?.call === undefined) return undefined;
    parts.push({ planner, given });
    plans.push(plan);
  }
  const started = plans.flatMap(({ starts }) => starts ?? []);
  if (new Set(started).size < started.length) return undefined;
  return { parts, plans };
}

/** What an order of commands comes to. @throws Error where they would have answered something else in that order */
export function inOrder(
  host: Host,
  parts: readonly Part[],
  outcomes: readonly Outcome[],
  order: readonly number[],
  check: (plan: Plan, outcome: Outcome) => void,
): Host {
  const after = structuredClone(host);
  let given = host.given;
  for (const index of order) {
    const part = parts[index];
    const outcome = outcomes[index];
    if (part === undefined || outcome === undefined) throw new Error(`no command ${index}`);
    after.given = part.given;
    const plan = part.planner(after);
    after.given = Math.max(after.given, given);
    if (plan === undefined) throw new Error('one of them has no sense in that order');
    if (isBusy(outcome)) continue;
    check(plan, outcome);
    plan.settle(after, outcome.stdout);
    given = after.given;
  }
  return after;
}

/** Whether a command was refused because of another that was running: it may be given again. */
function isBusy({ status, stderr }: Outcome): boolean {
  return (
    status === 1 &&
    /is running: wait until it is done|have changed in this moment: look again|was replaced by another file in this moment|does not agree with the files given/.test(
      stderr,
    )
  );
}

/** All orders of so many. */
export function orders(count: number): number[][] {
  if (count === 0) return [[]];
  return orders(count - 1).flatMap(order =>
    Array.from({ length: count }, (_, place) => [...order.slice(0, place), count - 1, ...order.slice(place)]),
  );
}
