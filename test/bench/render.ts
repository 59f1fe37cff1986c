/**
 * How long a rendering takes, against Python's Jinja2: `node build/test/bench/render.js [EXECUTABLE]`.
 * Whole processes (the compiled program against a Python program that renders the same template), and warm
 * renderings in one process. The programs take turns, so that what else the machine does meets both. Without
 * EXECUTABLE (a program that takes domain-xml's arguments) one is built. Exit code 1 when a bar is missed.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE_FOLDER } from '../../src/domain-xml/compiled/cache.ts';
import { checkVmDescription } from '../../src/domain-xml/description/vm-description.ts';
import { templateEnvironment } from '../../src/domain-xml/environment.ts';
import { TemplateFolders } from '../../src/domain-xml/search/folders.ts';
import { VmBuilder } from '../../src/domain-xml/vm/build.ts';
import '../../src/jinja/compiler.ts';
import { description, sampleFile } from '../domain-xml/support/descriptions.ts';
import { PROGRAM, PROJECT, TEMPLATES } from '../domain-xml/support/project.ts';
import { jinjaEnvironment, PYTHON } from '../jinja/python.ts';

const RUNS = 30;
const ENVIRONMENT = jinjaEnvironment();
const SCRIPT = join(PROJECT, 'test/bench/render.py');
const VM = sampleFile('hvm_net');
const NAME = 'libvirt/xen.xml';

const cacheWasThere = existsSync(CACHE_FOLDER);
const folder = mkdtempSync('/tmp/domain-xml-bench-');
let missed = false;
try {
  const program = process.argv[2] ?? PROGRAM;
  const edited = editedTemplates(folder);
  compareProcesses(program, TEMPLATES, 'default templates, compiled at build time', 3);
  compareProcesses(program, edited, 'edited templates, compiled before and cached (root only)', 3);
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

function compareProcesses(program: string, templates: string, title: string, bar: number): void {
  const ours = () => execFileSync(program, ['render', 'work', '--vm', VM, '--templates', templates]);
  const python = () => execFileSync(PYTHON, [SCRIPT, 'once', templates, NAME, VM], { env: ENVIRONMENT });
  if (!ours().equals(python())) throw new Error('the two print different things');
  const times = { ours: [] as number[], python: [] as number[] };
  for (let run = 0; run < RUNS; run += 1) {
    times.ours.push(milliseconds(ours));
    times.python.push(milliseconds(python));
  }
  report(`one rendering, whole process, ${title}`, median(times.ours), median(times.python), bar);
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
  report('one rendering, warm, best of 20 rounds', ours, python, 1);
}

function report(title: string, ours: number, python: number, bar: number): void {
  const ratio = python / ours;
  if (ratio < bar) missed = true;
  const verdict = ratio < bar ? `MISSED (at least ${bar})` : `at least ${bar} wanted`;
  console.log(
    `${title}: ${ours.toFixed(2)} ms, Python ${python.toFixed(2)} ms: ${ratio.toFixed(1)} times, ${verdict}`,
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
