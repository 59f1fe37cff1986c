// The figures on the real kernel, all from one boot: medians of whole-process times, ours and a shell script's in turn.
//   devices.js BASELINE BASELINE_CREATE BASELINE_DESTROY
//   devices.js --beside-the-dead: the last part alone
//   devices.js BASELINE BASELINE_CREATE BASELINE_DESTROY --race: the first part alone
import { join } from 'node:path';
import { SERVERS } from '../kernel/guest/filesystems/mounts.ts';
import { MEBIBYTE, makeImage, makeTemplate, newFolder, type Template } from '../kernel/guest/images.ts';
import { cleanupHere, prepareHere } from '../kernel/guest/in-process.ts';
import { executable, must, mustCleanup } from '../kernel/guest/programs.ts';
import { deviceNames, takeAllDown } from '../kernel/guest/state.ts';
import { bareCalls } from './bare-calls.ts';
import { figure, median, timeProgram } from './timing.ts';

// Udev does not run in there, and dmsetup, which scripts call, has to be told so.
process.env['DM_DISABLE_UDEV'] = '1';

const ROUNDS = 15;
const OTHERS = 1000;
/** What is small against the noise of a machine that does other things, too, is seen in pairs. */
const PAIRS = 61;

const [baseline = '', baselineCreate = '', baselineDestroy = ''] = process.argv.slice(2);

/** What it cannot do it does not run in. */
interface Contestant {
  name: string;
  prepare: string;
  create?: string;
  destroy?: string;
}

const contestants: Contestant[] = [
  {
    name: 'ours',
    prepare: executable(),
    create: executable('create-snapshot'),
    destroy: executable('destroy-snapshot'),
  },
  // Less than it takes nobody who makes the same calls to the kernel can.
  { name: 'bare calls', prepare: bareCalls() },
  { name: 'script', prepare: baseline, create: baselineCreate, destroy: baselineDestroy },
];

type Step =
  | 'cold prepare of two layers'
  | 'prepare of what exists'
  | 'cleanup'
  | 'create-snapshot'
  | 'destroy-snapshot';

/** One round of one contestant on fresh cows: every step once. */
function round(contestant: Contestant, template: Template, times: Map<Step, number[]>): void {
  const stack = [template.root, template.rootCow, template.vm1];
  const node = nodeOf(stack);
  const note = (step: Step, milliseconds: number) =>
    times.set(step, [...(times.get(step) ?? []), milliseconds]);
  const prepare = () => timeProgram(contestant.prepare, ['prepare', 'snapshot', stack.join(':')]);
  note('cold prepare of two layers', prepare());
  if (contestant.create !== undefined) note('prepare of what exists', prepare());
  note('cleanup', timeProgram(contestant.prepare, ['cleanup', 'snapshot', node]));
  // What a script leaves attached would make its next cold start a warm one.
  takeAllDown();
  if (contestant.create === undefined || contestant.destroy === undefined) return;
  note('create-snapshot', timeProgram(contestant.create, [node.slice('/dev/mapper/'.length), ...stack]));
  note('destroy-snapshot', timeProgram(contestant.destroy, [node]));
  takeAllDown();
}

function nodeOf(stack: string[]): string {
  return `/dev/mapper/snapshot-${stack.map(path => must('stat', '-L', '-c', '%D:%i', path)).join('-')}`;
}

function race(): void {
  const results = new Map(contestants.map(({ name }) => [name, new Map<Step, number[]>()]));
  for (let number = 0; number < ROUNDS; number++)
    for (const contestant of contestants)
      round(contestant, makeTemplate(MEBIBYTE), results.get(contestant.name) ?? new Map());
  for (const [step, times] of results.get('ours') ?? [])
    console.log(
      figure(step, median(times), {
        name: 'script',
        milliseconds: median(results.get('script')?.get(step) ?? []),
      }),
    );
  for (const [step, times] of results.get('bare calls') ?? [])
    console.log(figure(`${step}, the bare calls`, median(times)));
}

/** What exists is found by its name: other devices must not make it slower. */
function amongOthers(): void {
  const template = makeTemplate(MEBIBYTE);
  const stack = [template.root, template.rootCow, template.vm1].join(':');
  const exists = () => timeProgram(executable(), ['prepare', 'snapshot', stack]);
  const measure = () => {
    exists();
    return median(Array.from({ length: ROUNDS }, exists));
  };
  const alone = measure();
  const other = makeTemplate(MEBIBYTE);
  const others: string[] = [];
  while (deviceNames().length < OTHERS + 2)
    others.push(
      prepareHere(
        'snapshot',
        other.root,
        other.rootCow,
        makeImage(join(other.folder, `${deviceNames().length}-cow.img`), MEBIBYTE),
      ),
    );
  const among = measure();
  for (const node of others) cleanupHere('snapshot', node);
  takeAllDown();
  console.log(figure('prepare of what exists, alone', alone));
  console.log(figure(`the same among ${OTHERS} other devices`, among));
  console.log(`  ${'times the time among none'.padEnd(44)}${(among / alone).toFixed(2).padStart(8)}`);
}

/** Somebody's loop device on a server that answers nobody any more: it is to cost a start less than 5 ms. */
function besideTheDead(): void {
  const cold = () => {
    const { root, rootCow, vm1 } = makeTemplate(MEBIBYTE);
    const stack = [root, rootCow, vm1];
    const milliseconds = timeProgram(executable(), ['prepare', 'snapshot', stack.join(':')]);
    mustCleanup('snapshot', nodeOf(stack));
    return milliseconds;
  };
  for (const { name, mount } of SERVERS) {
    const server = mount(newFolder());
    const other = makeImage(join(server.point, 'other.iso'), MEBIBYTE);
    const pairs = Array.from({ length: PAIRS }, () => {
      // A server that stops, and its client, have work for a while: it is the same for both.
      const whileStopped = () => {
        server.stop();
        const milliseconds = cold();
        server.goOn();
        return milliseconds;
      };
      const alone = whileStopped();
      const loop = must('losetup', '-f', '--show', other);
      const beside = whileStopped();
      must('losetup', '-d', loop);
      return { alone, beside };
    });
    server.unmount();
    console.log(figure('cold prepare, no foreign loop device', median(pairs.map(({ alone }) => alone))));
    console.log(figure(`beside one that has died: ${name}`, median(pairs.map(({ beside }) => beside))));
    const cost = median(pairs.map(({ alone, beside }) => beside - alone));
    console.log(`${figure(`what that costs, median of ${PAIRS} pairs`, cost)}   (less than 5)`);
  }
}

console.log(`On a real device-mapper kernel (user-mode Linux ${must('uname', '-r')}), medians of ${ROUNDS}:`);
if (process.argv[2] !== '--beside-the-dead') {
  race();
  if (process.argv[5] !== '--race') amongOthers();
}
if (process.argv[5] !== '--race') besideTheDead();
