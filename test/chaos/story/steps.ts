// Which steps stories are made of, and how often each comes.
import fc, { type Arbitrary, type AsyncCommand } from 'fast-check';
import type { Fault } from '../faults/fault.ts';
import { CHANGING, FAILING, SIGNALS } from '../faults/system-call.ts';
import type { Host } from '../model/host.ts';
import { startWithoutXenstored, stopWithoutXenstored } from '../operations/daemons.ts';
import { convert, dedupe, derive } from '../operations/families.ts';
import { startKept } from '../operations/kept.ts';
import { type Look, look } from '../operations/looks.ts';
import { prepareAgain, shareDisk, takeAway } from '../operations/others.ts';
import { commit, startTemplate, stopTemplate } from '../operations/runs.ts';
import { configure } from '../operations/settings.ts';
import { grow, removeCow, removeDisk, rename, restore } from '../operations/surprises.ts';
import { revert, trim } from '../operations/versions.ts';
import { startVm, stopVm } from '../operations/vms.ts';
import { WAYS } from '../operations/ways.ts';
import { write } from '../operations/writes.ts';
import { AtOnce } from './at-once.ts';
import { type Manner, type Model, Operation, type Planner } from './operation.ts';
import type { Scene } from './scene.ts';
import { Update } from './update.ts';

const pick = fc.nat({ max: 11 });
const way = fc.constantFrom(...WAYS);
const kind = fc.constantFrom('snapshot' as const, 'reflink' as const);
/** Whether a template is looked for with which it can be done. */
const sensible = fc.nat({ max: 3 }).map(number => number > 0);
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
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('power cut' as const), at: fc.nat({ max: 1000 }) }) },
);

/** What there is not: faults, or several commands at once, whose order is another each time. */
export type Without = 'faults' | 'several' | undefined;

function manner(without: Without): Arbitrary<Manner> {
  const seldom = fc.nat({ max: 9 }).map(number => number === 9);
  const common = { byAlias: seldom, asked: seldom, look: pick };
  const quiet = fc.record({ ...common, byExecutable: fc.constant(false), fault: fc.constant(undefined) });
  const executable = fc.record({ ...common, byExecutable: fc.constant(true), fault: fc.constant(undefined) });
  const faulty = fc.record({ ...common, byExecutable: fc.constant(true), fault });
  return fc.oneof(
    { weight: 78, arbitrary: quiet },
    { weight: 10, arbitrary: executable },
    { weight: without === 'faults' ? 0 : 12, arbitrary: faulty },
  );
}

/** A step of one kind: what is done, what is picked for it, how often it comes among the others, and whether it may be done beside others. */
interface Kind<Picks> {
  name: string;
  times: number;
  planner: Planner<Picks>;
  picks: Arbitrary<Picks>;
  beside?: true;
}

function kindOf<Picks>(one: Kind<Picks>): Kind<unknown> {
  return one as unknown as Kind<unknown>;
}

const template = pick;
const KINDS: readonly Kind<unknown>[] = [
  kindOf({
    name: 'start VM',
    times: 9,
    planner: startVm,
    picks: fc.record({ vm: pick, template, way, keeps: fc.boolean() }),
    beside: true,
  }),
  kindOf({
    name: 'stop VM',
    times: 9,
    planner: stopVm,
    picks: fc.record({ vm: pick, sensible }),
    beside: true,
  }),
  kindOf({
    name: 'start template',
    times: 7,
    planner: startTemplate,
    picks: fc.record({ template, way, kind }),
    beside: true,
  }),
  kindOf({
    name: 'stop template',
    times: 7,
    planner: stopTemplate,
    picks: fc.record({ template, sensible }),
    beside: true,
  }),
  kindOf({
    name: 'write',
    times: 14,
    planner: write,
    picks: fc.record({
      disk: pick,
      place: fc.nat({ max: 383 }),
      blocks: fc.integer({ min: 1, max: 70 }),
      zeros: fc.boolean(),
    }),
  }),
  kindOf({ name: 'commit', times: 4, planner: commit, picks: fc.record({ template }), beside: true }),
  kindOf({
    name: 'revert',
    times: 6,
    planner: revert,
    picks: fc.record({ template, revision: fc.nat({ max: 3 }), sensible }),
    beside: true,
  }),
  kindOf({ name: 'trim', times: 3, planner: trim, picks: fc.record({ template, sensible }), beside: true }),
  kindOf({
    name: 'derive',
    times: 2,
    planner: derive,
    picks: fc.record({ template, copy: fc.boolean() }),
  }),
  kindOf({ name: 'dedupe', times: 1, planner: dedupe, picks: fc.constant(undefined) }),
  kindOf({
    name: 'convert',
    times: 3,
    planner: convert,
    picks: fc.record({ template, kind, sensible }),
  }),
  kindOf({
    name: 'look',
    times: 4,
    planner: look,
    picks: fc.record({ what: fc.constantFrom(...LOOKS), template }),
  }),
  kindOf({
    name: 'configure',
    times: 1,
    planner: configure,
    picks: fc.record({
      revisions: fc.nat({ max: 3 }),
      commitOnStop: fc.boolean(),
      chunk: fc.constantFrom('128K' as const, '256K' as const),
    }),
  }),
  kindOf({
    name: 'restore',
    times: 1,
    planner: restore,
    picks: fc.record({ template, inPlace: fc.boolean(), earlier: fc.boolean() }),
  }),
  kindOf({ name: 'grow', times: 1, planner: grow, picks: fc.record({ template }) }),
  kindOf({ name: 'rename', times: 1, planner: rename, picks: fc.record({ template }) }),
  kindOf({ name: 'remove cow', times: 1, planner: removeCow, picks: fc.record({ template }) }),
  kindOf({
    name: 'share',
    times: 2,
    planner: shareDisk,
    picks: fc.record({ vm: pick, way: fc.constantFrom('xen' as const, 'libvirt' as const) }),
  }),
  kindOf({
    name: 'start kept disk',
    times: 3,
    planner: startKept,
    picks: fc.record({ source: pick, own: pick, way }),
  }),
  kindOf({ name: 'take away', times: 1, planner: takeAway, picks: fc.record({ vm: pick }) }),
  kindOf({ name: 'prepare again', times: 1, planner: prepareAgain, picks: fc.record({ vm: pick }) }),
  kindOf({
    name: 'start without xenstored',
    times: 1,
    planner: startWithoutXenstored,
    picks: fc.record({ vm: pick, template, keeps: fc.boolean() }),
  }),
  kindOf({
    name: 'stop without xenstored',
    times: 1,
    planner: stopWithoutXenstored,
    picks: fc.record({ vm: pick, sensible }),
  }),
  kindOf({ name: 'remove disk', times: 2, planner: removeDisk, picks: fc.record({ vm: pick }) }),
];

const ALWAYS_REFUSED: readonly string[] = ['share', 'start without xenstored'];

/** What each step is called where it is done, and not refused. */
export const NAMES: readonly string[] = [
  ...KINDS.map(({ name }) => (ALWAYS_REFUSED.includes(name) ? `${name}, refused` : name)),
  'at once',
];
/** The same of faults. */
export const FAULTS: readonly string[] = ['kill', 'error', 'signal', 'full', 'power cut'].map(
  kind => `with ${kind}`,
);

/** How often several commands come at once, and how often a whole update of a template. */
const AT_ONCE = 3;
const UPDATES = 6;

/** The steps, each as often as it comes among the others. */
export function steps(without: Without): Arbitrary<AsyncCommand<Model, Scene>>[] {
  const how = manner(without);
  const one = ({ name, planner, picks }: Kind<unknown>) =>
    fc.tuple(picks, how).map(([picked, manners]) => new Operation(name, planner, picked, manners));
  const beside = KINDS.filter(({ beside }) => beside).map(({ name, planner, picks }) =>
    picks.map(picked => {
      // What is meant may not depend on what the others do.
      const same = { ...(picked as object), sensible: false };
      return { words: `${name} ${JSON.stringify(same)}`, planner: (host: Host) => planner(host, same) };
    }),
  );
  const several = fc.array(fc.oneof(...beside), { minLength: 2, maxLength: 3 }).map(
    parts =>
      new AtOnce(
        parts.map(({ planner }) => planner),
        parts.map(({ words }) => words).join(', '),
      ),
  );
  const updates = fc
    .tuple(
      fc.record({
        template,
        way,
        kind,
        place: fc.nat({ max: 255 }),
        blocks: fc.integer({ min: 1, max: 70 }),
      }),
      how,
    )
    .map(([picks, manners]) => new Update(picks, manners));
  return [
    ...KINDS.flatMap(kind => new Array<Arbitrary<AsyncCommand<Model, Scene>>>(kind.times).fill(one(kind))),
    ...new Array<Arbitrary<AsyncCommand<Model, Scene>>>(AT_ONCE)
      .fill(several)
      .slice(without === 'several' ? AT_ONCE : 0),
    ...new Array<Arbitrary<AsyncCommand<Model, Scene>>>(UPDATES).fill(updates),
  ];
}
