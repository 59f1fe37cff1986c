// Stops one command at a system call while another runs through, or waits for it; then it goes on. For each two commands on
// one template, and on two templates with one cow.
//   pairs.js [full|every N [PAIR…]]
// Without these a sample; with `every` each Nth moment, others for each pair. PAIR is a part of the name of two commands.
import t, { type Test } from 'tap';
import { readRecord } from '../../../src/claims/records.ts';
import { parseSnapshotTable } from '../../../src/devices/plan/snapshot-table.ts';
import { detach } from '../../../src/disks/detach.ts';
import { deleteBackends } from './hotplug/disks.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { hashOf, makeTemplate, removeTemplate, repeatRandom, type Template } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { commitHere, messageOf, runTemplate } from './life/in-process.ts';
import { kernel, type Outcome } from './programs.ts';
import { deviceNames, leftovers, loopDevices, records, suspendedDevices, takeAllDown } from './state.ts';
import { runBeside, stopAt } from './stopped-calls.ts';
import {
  type Files,
  makeBefore,
  PAIR_COMMANDS,
  type PairCommand,
  type Side,
  sideOf,
} from './sweeps/pair-commands.ts';
import { worldOf } from './sweeps/world.ts';
import { distinctMoments, type SystemCall, traced } from './system-calls.ts';

const SIZE = 1 << 20;
const [mode, ...others] = process.argv.slice(2);
/** Of how many moments one is tried; undefined for the sample. */
const step = mode === 'full' ? 1 : mode === 'every' ? Number(others.shift()) : undefined;

/** From which call on a command is about something that another can see. */
const SHARED = /^(?!execve).*(?:\/run\/lab\/images|\/run\/block-snapshot|\/run\/xen)/;

/** Two commands, the first of which is stopped. */
interface Pair {
  title: string;
  commands: readonly [PairCommand, PairCommand];
  /** Whether they are about two templates, which have one cow. */
  templates: 1 | 2;
}

function pairs(): Pair[] {
  const names = Object.keys(PAIR_COMMANDS);
  return ([1, 2] as const).flatMap(templates =>
    names.flatMap(first =>
      names.flatMap(second => {
        const commands = [PAIR_COMMANDS[first], PAIR_COMMANDS[second]] as unknown as Pair['commands'];
        const [one, other] = commands;
        // Only one can have the cow beforehand.
        if (templates === 2 && (!one.cow || !other.cow || (one.cow === 'has' && other.cow === 'has')))
          return [];
        const where = templates === 1 ? 'on one template' : 'on two templates with one cow';
        return [{ title: `${first} stopped, ${second} meanwhile, ${where}`, commands, templates }];
      }),
    ),
  );
}

/** What is there when two commands are called. */
interface Setting {
  templates: Template[];
  sides: [Side, Side];
  /** What each template's image may hold: the version of each moment. */
  versions: Set<string>;
  /** What a VM may see: a version of its template, or what it wrote on one. */
  seen: Set<string>;
}

function makeSetting({ commands, templates: count }: Pair): Setting {
  repeatRandom();
  const templates = Array.from({ length: count }, () => makeTemplate(SIZE));
  const [one = makeTemplate(SIZE), other = one] = templates;
  const versions = new Set<string>();
  const note = () => {
    for (const { root } of templates) versions.add(hashOf(root));
  };
  note();
  for (const { root, rootCow } of templates) {
    runTemplate(root, rootCow, [0, 4096]);
    note();
    commitHere(root);
  }
  const shared = one.vm1;
  const files = ({ root, rootCow }: Template): Files => ({
    root,
    rootCow,
    vmCow: shared,
    runCow: count === 1 ? rootCow : shared,
  });
  const first = sideOf(files(one), 61);
  const isSame = commands[0] === commands[1] && commands[0].alone === true;
  const sides: [Side, Side] = [first, isSame ? first : sideOf(files(other), 62)];
  makeBefore([
    [commands[0], sides[0]],
    [commands[1], sides[1]],
  ]);
  note();
  // The version under a run that is not committed yet is one as well: it is what its cow gives.
  const seen = new Set([...versions, ...shownBytes()]);
  return { templates, sides, versions, seen };
}

/** What all snapshot devices show. */
function shownBytes(): string[] {
  return deviceNames()
    .filter(name => name.startsWith('snapshot-'))
    .map(name => hashOf(`/dev/mapper/${name}`));
}

/** What there may never be, whatever has become of the two. @returns what is wrong, in words */
function wrongNow({ templates, versions, seen }: Setting, outcomes: readonly Outcome[]): string[] {
  const loops = loopDevices().map(({ file }) => file);
  const cows = deviceNames().map(name => parseSnapshotTable(kernel.deviceTable(name)?.targets ?? [])?.cow);
  const nodes = recordedKeys().map(key => readRecord(key)?.node);
  return [
    ...suspendedDevices().map(name => `${name} stands still`),
    ...repeated(loops).map(file => `two loop devices on ${file}`),
    ...repeated(cows).map(cow => `two devices with the cow ${cow}`),
    ...repeated(nodes).map(node => `two disks have ${node}`),
    ...templates
      .filter(({ root }) => !versions.has(hashOf(root)))
      .map(({ root }) => `wrong bytes in ${root}`),
    ...shownBytes()
      .filter(hash => !seen.has(hash))
      .map(() => 'wrong bytes on a device'),
    ...outcomes
      .filter(({ status, stderr }) => (status !== 0 && status !== 1) || stderr.split('\n').length > 2)
      .map(({ status, stderr }) => `exit ${status}: ${stderr}`),
    ...outcomes
      .filter(({ status, stderr }) => status === 1 && stderr === '')
      .map(() => 'exit 1 without a word'),
  ];
}

const recordedKeys = () =>
  records()
    .filter(name => name.endsWith('-node'))
    .map(name => name.slice(0, -'-node'.length));

function repeated<Value>(values: readonly Value[]): Value[] {
  return values.filter((value, index) => value !== undefined && values.indexOf(value) !== index);
}

/** Takes everything down by the commands that are for it; then a VM starts on each template, and a run is committed. */
function endAll(test: Test, name: string, { templates, seen, sides }: Setting): void {
  for (const key of recordedKeys()) detach(key, 0);
  deleteBackends();
  for (const device of deviceNames().sort((one, other) => depthOf(other) - depthOf(one)))
    if (deviceNames().includes(device))
      cleanupHere(device.startsWith('origin-') ? 'origin' : 'snapshot', device);
  test.same(leftovers(), [], `${name}: all goes by the commands that are for it`);
  const starts = ({ root, rootCow, vmCow }: Files) => {
    const node = prepareHere('snapshot', root, rootCow, vmCow);
    if (!seen.has(hashOf(node))) throw new Error('wrong bytes');
    cleanupHere('snapshot', node);
  };
  for (const { files } of sides)
    test.match(
      messageOf(() => starts(files)),
      NOT_REFUSED,
      `${name}: its VM starts again, where its cow fits`,
    );
  for (const { root, rootCow } of templates) {
    runTemplate(root, rootCow, [900_000, 4096]);
    const commit = commitHere(root);
    const node = prepareHere('snapshot', root, rootCow);
    test.equal(hashOf(node), hashOf(root), `${name}: the next run is committed, and the next VM sees it`);
    cleanupHere('snapshot', node);
    test.equal(commit.committed, true, name);
  }
  test.same(leftovers(), [], `${name}: nothing is left`);
}

/** Origins go last but for what lies under them. */
const depthOf = (device: string) => (device.startsWith('origin-') ? 0 : device.split('-').length);

/** A cow that was begun on another version, or on another template, is refused in words. */
const NOT_REFUSED = /^it was not refused$|was begun on/;

const counts = { runs: 0, stood: 0, waited: 0, worlds: 0, wrong: 0 };
/** What was said, with how often. */
const said = new Map<string, number>();

/** Runs the two of a pair, the first of which is stopped at a call. */
async function attempt(
  test: Test,
  name: string,
  pair: Pair,
  call: SystemCall,
  known: Set<string>,
): Promise<void> {
  let setting: Setting | undefined;
  try {
    setting = makeSetting(pair);
    const [first, second] = callsOf(pair, setting);
    const stopped = await stopAt(call, first.parameters, first);
    const beside = runBeside(second.parameters, second);
    const state = await beside.hasNothingToDo;
    const outcomes = await Promise.all([stopped.goOn(), beside.ended]);
    counts.runs += 1;
    if (stopped.stands) counts.stood += 1;
    if (state === 'waits') counts.waited += 1;
    const wrong = wrongNow(setting, outcomes);
    if (wrong.length > 0) counts.wrong += 1;
    test.same(wrong, [], `${name}: nothing wrong comes of it`);
    const facts = outcomes.map(({ status, stderr }) => [status, stderr]);
    for (const { stderr } of outcomes) count(stderr);
    const world = worldOf(setting.templates, facts);
    if (known.has(world)) return;
    known.add(world);
    counts.worlds += 1;
    endAll(test, name, setting);
  } catch (error) {
    counts.wrong += 1;
    test.fail(`${name}: ${(error as Error).stack}`);
  } finally {
    takeAllDown();
    deleteBackends();
    for (const template of setting?.templates ?? []) removeTemplate(template);
  }
}

function callsOf({ commands }: Pair, { sides }: Setting) {
  return [commands[0].call(sides[0]), commands[1].call(sides[1])] as const;
}

function count(stderr: string): void {
  const words = stderr
    .trim()
    .replace(/\/run\/lab\/images\/\d+\//g, '')
    .replace(/\d+/g, 'N');
  said.set(words, (said.get(words) ?? 0) + 1);
}

/** The moments at which the first of a pair can be stopped, as it runs alone. */
function momentsOf(pair: Pair): SystemCall[] {
  const setting = makeSetting(pair);
  try {
    const [{ parameters, program, environment }] = callsOf(pair, setting);
    const { calls } = traced(parameters, program, environment);
    const moments = distinctMoments(calls.slice(calls.findIndex(({ line }) => SHARED.test(line))));
    return moments;
  } finally {
    takeAllDown();
    deleteBackends();
    for (const template of setting.templates) removeTemplate(template);
  }
}

/** How many pairs are tried when not all are, and at one moment each. */
const SAMPLE = 18;

function chosen(all: readonly Pair[]): Pair[] {
  if (others.length > 0) return all.filter(({ title }) => others.some(part => title.includes(part)));
  if (step !== undefined) return [...all];
  return Array.from({ length: SAMPLE }, (_, index) => all[Math.floor((index * all.length) / SAMPLE)] as Pair);
}

t.setTimeout(0);
for (const [place, pair] of chosen(pairs()).entries())
  t.test(pair.title, async test => {
    const moments = momentsOf(pair);
    const known = new Set<string>();
    // Each pair at another part of the way.
    const one = moments[Math.floor((((place * 7) % SAMPLE) / SAMPLE) * moments.length)] as SystemCall;
    const tried =
      step === undefined
        ? [one]
        : moments.filter((_, index) => index % step === place % Math.min(step, moments.length));
    for (const call of tried) await attempt(test, call.line.slice(0, 70), pair, call, known);
    test.ok(moments.length > 0, `${moments.length} moments, ${known.size} different worlds`);
  });

t.test('what was tried', test => {
  for (const [words, times] of [...said].sort(([, one], [, other]) => other - one))
    test.comment(`${times}: ${words}`);
  const { runs, stood, waited, worlds, wrong } = counts;
  test.equal(
    wrong,
    0,
    `${runs} runs, ${stood} with the first one stopped, in ${waited} of which the second waited, ${worlds} different worlds`,
  );
  test.ok(stood > runs / 2);
  xenstored.stop();
  test.end();
});
