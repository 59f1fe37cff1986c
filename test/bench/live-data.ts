/**
 * How long a rendering takes from live data, against one from JSON: `node build/test/bench/live-data.js EXECUTABLE`.
 * Whole processes that take turns, so that what else the machine does meets all of them. The bar: from a qubes.xml
 * with 200 VMs at most twice the time. Exit code 1 when it is missed.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { TEMPLATES } from '../domain-xml/support/project.ts';
import { family, HOST_MEMORY, KERNELS, makeFamilyFiles } from '../domain-xml/support/qubes-family.ts';
import { lvmVolumes, type Model } from '../domain-xml/support/qubes-model.ts';
import { qubesXmlText } from '../domain-xml/support/qubes-xml-text.ts';
import { Qubesd } from '../domain-xml/support/qubesd.ts';
import { median } from './timing.ts';

const RUNS = 30;
const VMS = 200;
const BAR = 2;

const [, , executable] = process.argv;
if (executable === undefined) throw new Error('name the executable');
const program = resolve(executable);
const folder = mkdtempSync('/tmp/live-data-bench-');
const cleanups = [() => rmSync(folder, { recursive: true, force: true })];
try {
  await compare();
} finally {
  for (const cleanup of cleanups.toReversed()) cleanup();
}

async function compare(): Promise<void> {
  makeFamilyFiles(folder);
  const model = crowd();
  const file = join(folder, 'qubes.xml');
  writeFileSync(file, qubesXmlText(model));
  const daemon = await Qubesd.start({ teardown: stop => cleanups.push(stop) }, join(folder, 'sock'), model);
  const kernels = ['--kernels', join(folder, KERNELS)];
  const fromFile = ['--qubes-xml', file, ...kernels, '--host-memory', String(HOST_MEMORY)];
  const fromDaemon = ['--qubesd', daemon.socket, ...kernels];
  const json = join(folder, 'work.json');
  writeFileSync(json, await output(['dump', 'work', ...fromFile]));
  const sources = { json: ['--vm', json], file: fromFile, daemon: fromDaemon };
  const render = (source: string[]) => output(['render', 'work', ...source, '--templates', TEMPLATES]);
  const expected = await render(sources.json);
  const times = { json: [] as number[], file: [] as number[], daemon: [] as number[] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const source of ['json', 'file', 'daemon'] as const) {
      const start = performance.now();
      const xml = await render(sources[source]);
      times[source].push(performance.now() - start);
      if (xml !== expected) throw new Error(`${source} gives another XML than JSON`);
    }
  }
  report(times, Math.round(statSync(file).size / 1024), daemon.calls.length / RUNS);
}

function report(
  times: { json: number[]; file: number[]; daemon: number[] },
  kibibytes: number,
  calls: number,
): void {
  const json = median(times.json);
  const ratio = median(times.file) / json;
  if (ratio > BAR) process.exitCode = 1;
  const verdict = ratio > BAR ? `MISSED (at most ${BAR})` : `at most ${BAR} wanted`;
  console.log(
    `one rendering, whole process, from a qubes.xml with ${VMS} VMs (${kibibytes} KiB): ${median(times.file).toFixed(2)} ms, from JSON ${json.toFixed(2)} ms: ${ratio.toFixed(2)} times, ${verdict}`,
  );
  console.log(
    `one rendering, whole process, from a stand-in for qubesd (${calls} calls): ${median(times.daemon).toFixed(2)} ms`,
  );
}

/** The family, and as many others as are missing for a house of that size, with the features of a usual VM. */
function crowd(): Model {
  const model = family(folder);
  const features = Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [`service.some-${index}`, '1']),
  );
  const stored = {
    template: 'fedora-40',
    memory: '500',
    include_in_backups: 'True',
    backup_timestamp: '1700000000',
    autostart: 'False',
    default_user: 'user',
  };
  for (let qid = 1000; model.vms.length < VMS + 1; qid += 1) {
    const name = `vm-${qid}`;
    const volumes = lvmVolumes(name, 'fedora-40');
    model.vms.push({ name, klass: 'AppVM', qid, stored, features, tags: ['created-by-dom0'], volumes });
  }
  return model;
}

async function output(argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, argv);
  return stdout;
}
