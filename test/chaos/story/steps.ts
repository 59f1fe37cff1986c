// Which steps stories are made of, and how often each comes.
import fc, { type Arbitrary } from 'fast-check';
import type { Fault } from '../faults/fault.ts';
import { CHANGING, FAILING, SIGNALS } from '../faults/system-call.ts';
import { convert, dedupe, derive } from '../operations/families.ts';
import { type Look, look } from '../operations/looks.ts';
import { commit, startTemplate, stopTemplate } from '../operations/runs.ts';
import { configure } from '../operations/settings.ts';
import { grow, removeCow, removeDisk, rename, restore } from '../operations/surprises.ts';
import { revert, trim } from '../operations/versions.ts';
import { startVm, stopVm } from '../operations/vms.ts';
import { WAYS } from '../operations/ways.ts';
import { write } from '../operations/writes.ts';
import { type Manner, Operation, type Planner } from './operation.ts';

const pick = fc.nat({ max: 11 });
const way = fc.constantFrom(...WAYS);
const kind = fc.constantFrom('snapshot' as const, 'reflink' as const);
const LOOKS: readonly Look[] = ['list', 'list --json', 'graph', 'doctor', 'revisions'];

const atCall = (names: readonly string[], what: 'kill' | 'error' | 'signal'): Arbitrary<Fault> =>
  fc.constantFrom(...names).chain(call =>
    fc.record({
      kind: fc.constant(what),
      call: fc.constant(call),
      occurrence: fc.integer({ min: 1, max: CHANGING[call] ?? 1 }),
      signal: fc.constantFrom(...SIGNALS),
    }),
  );

const fault: Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: atCall(Object.keys(CHANGING), 'kill') },
  { weight: 3, arbitrary: atCall(FAILING, 'error') },
  { weight: 2, arbitrary: atCall(Object.keys(CHANGING), 'signal') },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('full' as const), left: fc.nat({ max: 256 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('power cut' as const), at: fc.nat({ max: 1000 }) }) },
);

/** Which faults there are at all: fewer is for looking at one kind. */
export type Without = 'faults' | undefined;

function manner(without: Without): Arbitrary<Manner> {
  const quiet = fc.record({ byExecutable: fc.constant(false), fault: fc.constant(undefined), look: pick });
  const executable = fc.record({
    byExecutable: fc.constant(true),
    fault: fc.constant(undefined),
    look: pick,
  });
  const faulty = fc.record({ byExecutable: fc.constant(true), fault, look: pick });
  return fc.oneof(
    { weight: 82, arbitrary: quiet },
    { weight: 10, arbitrary: executable },
    { weight: without === 'faults' ? 0 : 8, arbitrary: faulty },
  );
}

/** The steps, each with how often it comes among the others. */
export function steps(without: Without): Arbitrary<Operation<unknown>>[] {
  const how = manner(without);
  const all: Arbitrary<Operation<unknown>>[] = [];
  const add = <Picks>(times: number, name: string, planner: Planner<Picks>, picks: Arbitrary<Picks>) => {
    const one = fc
      .tuple(picks, how)
      .map(([picked, manners]) => new Operation(name, planner, picked, manners) as Operation<unknown>);
    for (let time = 0; time < times; time++) all.push(one);
  };
  add(9, 'start VM', startVm, fc.record({ vm: pick, template: pick, way, keeps: fc.boolean() }));
  add(7, 'stop VM', stopVm, fc.record({ vm: pick }));
  add(7, 'start template', startTemplate, fc.record({ template: pick, way, kind }));
  add(7, 'stop template', stopTemplate, fc.record({ template: pick }));
  add(
    14,
    'write',
    write,
    fc.record({
      disk: pick,
      place: fc.nat({ max: 383 }),
      blocks: fc.integer({ min: 1, max: 70 }),
      zeros: fc.boolean(),
    }),
  );
  add(4, 'commit', commit, fc.record({ template: pick }));
  add(4, 'revert', revert, fc.record({ template: pick, revision: fc.nat({ max: 3 }) }));
  add(2, 'trim', trim, fc.record({ template: pick }));
  add(2, 'derive', derive, fc.record({ template: pick, copy: fc.boolean() }));
  add(1, 'dedupe', dedupe, fc.constant(undefined));
  add(3, 'convert', convert, fc.record({ template: pick, kind }));
  add(4, 'look', look, fc.record({ what: fc.constantFrom(...LOOKS), template: pick }));
  add(
    1,
    'configure',
    configure,
    fc.record({
      revisions: fc.nat({ max: 3 }),
      commitOnStop: fc.boolean(),
      chunk: fc.constantFrom('128K' as const, '256K' as const),
    }),
  );
  add(1, 'restore', restore, fc.record({ template: pick, inPlace: fc.boolean(), earlier: fc.boolean() }));
  add(1, 'grow', grow, fc.record({ template: pick }));
  add(1, 'rename', rename, fc.record({ template: pick }));
  add(1, 'remove cow', removeCow, fc.record({ template: pick }));
  add(1, 'remove disk', removeDisk, fc.record({ vm: pick }));
  return all;
}
