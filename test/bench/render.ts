/**
 * How long a rendering takes, against Python's Jinja2 and against the larger program on Bun: `node build/test/bench/render.js`.
 * Whole processes, with the memory that they have at most, and warm renderings in one process. The programs take turns, so that
 * what else the machine does meets all. Exit code 1 when a bar is missed.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CACHE_FOLDER } from '../../src/domain-xml/compiled/cache.ts';
import { checkVmDescription } from '../../src/domain-xml/description/vm-description.ts';
import { templateEnvironment } from '../../src/domain-xml/environment.ts';
import { TemplateFolders } from '../../src/domain-xml/search/folders.ts';
import { VmBuilder } from '../../src/domain-xml/vm/build.ts';
import '../../src/jinja/compiler.ts';
import '../domain-xml/support/addon.ts';
import { description, sampleFile } from '../domain-xml/support/descriptions.ts';
import { PROGRAM, PROJECT, TEMPLATES } from '../domain-xml/support/project.ts';
import { jinjaEnvironment, PYTHON } from '../jinja/python.ts';
import { race } from './race.ts';

const RUNS = 30;
/** MiB. */
const MOST_RESIDENT = 10;
const ENVIRONMENT = jinjaEnvironment();
Object.assign(process.env, ENVIRONMENT);
const SCRIPT = join(PROJECT, 'test/bench/render.py');
const VM = sampleFile('hvm_net');
const NAME = 'libvirt/xen.xml';

const cacheWasThere = existsSync(CACHE_FOLDER);
const folder = mkdtempSync('/tmp/domain-xml-bench-');
let missed = false;
try {
  const edited = editedTemplates(folder);
  const larger = join(folder, 'domain-xml');
  symlinkSync(join(PROJECT, 'dist/block-snapshot-tools'), larger);
  compareProcesses(larger, TEMPLATES, 'default templates, compiled at build time', 15);
  compareProcesses(larger, edited, 'edited templates, compiled before and cached (root only)', 5);
  compareFirst(larger, edited);
  compareWarm();
} finally {
  rmSync(folder, { recursive: true, force: true });
  if (!cacheWasThere) rmSync(CACHE_FOLDER, { recursive: true, force: true });
}
process.exitCode = missed ? 1 : 0;

/** The same templates with one more empty line: nothing that was compiled at build time. */
function editedTemplates(place: string): string {
  const copy = join(place, 'templates');
  cpSync(TEMPLATES, copy, { recursive: true });
  for (const name of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
    const path = join(copy, name);
    if (name.endsWith('.xml')) writeFileSync(path, `${readFileSync(path, 'utf8')}\n`);
  }
  return copy;
}

/** The renderer, the larger program, and Python, each with the same to do. */
function commandsFor(larger: string, templates: string): [string[], string[], string[]] {
  const args = ['render', 'work', '--vm', VM, '--templates', templates];
  return [
    [PROGRAM, ...args],
    [larger, ...args],
    [PYTHON, SCRIPT, 'once', templates, NAME, VM],
  ];
}

function outputOf([program = '', ...args]: readonly string[]): Buffer {
  return execFileSync(program, args);
}

function compareProcesses(larger: string, templates: string, title: string, bar: number): void {
  const commands = commandsFor(larger, templates);
  const [first, ...others] = commands.map(outputOf);
  if (!others.every(output => first?.equals(output))) throw new Error('they print different things');
  const [ours, onBun, python] = race(RUNS, '', commands);
  if (ours === undefined || onBun === undefined || python === undefined)
    throw new Error('the race has no end');
  const what = `one rendering, whole process, ${title}`;
  report(what, ours.milliseconds, 'Python', python.milliseconds, bar);
  report(what, ours.milliseconds, 'Bun', onBun.milliseconds, 2.3);
  const resident = ours.largestResident / 1024;
  if (resident > MOST_RESIDENT) missed = true;
  console.log(
    `  resident at most ${resident.toFixed(1)} MiB (${MOST_RESIDENT} wanted), Bun ${(onBun.largestResident / 1024).toFixed(1)}, ` +
      `Python ${(python.largestResident / 1024).toFixed(1)}; page faults ${ours.pageFaults}, ${onBun.pageFaults}, ${python.pageFaults}`,
  );
}

/** The first time that a template is rendered after it was edited: nothing of it is in the cache. */
function compareFirst(larger: string, templates: string): void {
  const times = commandsFor(larger, templates).map(command => ({ command, times: [] as number[] }));
  for (let run = 0; run < RUNS; run += 1)
    for (const one of times) {
      rmSync(CACHE_FOLDER, { recursive: true, force: true });
      one.times.push(milliseconds(() => outputOf(one.command)));
    }
  const [ours = 0, onBun = 0, python = 0] = times.map(one => median(one.times));
  const what = 'one rendering, whole process, the first of edited templates';
  report(what, ours, 'Python', python, 5);
  report(what, ours, 'Bun', onBun, 1);
}

function compareWarm(): void {
  const folders = new TemplateFolders({ folders: [TEMPLATES], mustExist: true, onlyOwner: undefined });
  const template = templateEnvironment({ folders }).getTemplate(NAME);
  const vm = new VmBuilder(() => {}).vm(checkVmDescription(description('hvm_net')));
  let ours = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round += 1) {
    const spent = milliseconds(() => {
      for (let run = 0; run < 100; run += 1) template.render({ vm });
    });
    ours = Math.min(ours, spent / 100);
  }
  const python =
    Number(
      execFileSync(PYTHON, [SCRIPT, 'warm', TEMPLATES, NAME, VM], { encoding: 'utf8', env: ENVIRONMENT }),
    ) * 1000;
  report('one rendering, warm, on Node, best of 20 rounds', ours, 'Python', python, 1);
}

function report(title: string, ours: number, name: string, theirs: number, bar: number): void {
  const ratio = theirs / ours;
  if (ratio < bar) missed = true;
  const verdict = ratio < bar ? `MISSED (at least ${bar})` : `at least ${bar} wanted`;
  console.log(
    `${title}: ${ours.toFixed(2)} ms, ${name} ${theirs.toFixed(2)} ms: ${ratio.toFixed(1)} times, ${verdict}`,
  );
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
