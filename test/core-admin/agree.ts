/**
 * Lets core-admin's own code judge what is made of random qubes.xml files: `node build/test/core-admin/agree.js CHECKOUT`.
 * STORES= says how many (100), SEED= which. Exit code 1 when one VM comes out differently.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DescriptionSource, describe } from '../../src/domain-xml/description/describe.ts';
import type { Release } from '../../src/domain-xml/qubes/release.ts';
import { renderDomain } from '../../src/domain-xml/render.ts';
import { diffXml } from '../../src/domain-xml/xml/diff.ts';
import { parseXml } from '../../src/domain-xml/xml/parse.ts';
import { Refusal } from '../../src/words/refusal.ts';
import { TEMPLATES } from '../domain-xml/support/project.ts';
import { allVolumes, type Model } from '../domain-xml/support/qubes-model.ts';
import { qubesXmlText } from '../domain-xml/support/qubes-xml-text.ts';
import { makeSysfs } from './host.ts';
import { Judge, type JudgedVm } from './judge.ts';
import { RandomStore } from './random-store.ts';
import { KERNEL_NAMES } from './store-values.ts';

const STORES = Number(process.env['STORES'] ?? 100);
const SEED = Number(process.env['SEED'] ?? 1);
const MEMORY = 16_000;

const [, , checkout] = process.argv;
if (checkout === undefined) throw new Error('name a checkout of core-admin');
const version = readFileSync(join(checkout, 'version'), 'utf8').trim();
const release: Release = version.startsWith('4.1.') ? '4.1' : version.startsWith('4.2.') ? '4.2' : '4.3';
const folder = mkdtempSync('/tmp/core-admin-');

/** How often the two were compared, and what came out differently. */
const counts = new Map<string, number>();
const differences: string[] = [];

try {
  await agree();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const line of differences.slice(0, 40)) process.stderr.write(`${line}\n`);
process.stdout.write(`core-admin ${version}, ${STORES} stores from seed ${SEED}\n`);
for (const [what, count] of counts) process.stdout.write(`${String(count).padStart(7)} ${what}\n`);
process.stdout.write(`${String(differences.length).padStart(7)} differences\n`);
if (differences.length > 0) process.exitCode = 1;

async function agree(): Promise<void> {
  // A checkout's folders may be written by others than root, and such templates are refused.
  cpSync(join(checkout as string, 'templates'), join(folder, 'templates'), { recursive: true });
  execFileSync('chmod', ['-R', 'go-w', join(folder, 'templates')]);
  const kernels = makeKernels();
  const sysfs = makeHost();
  const models = Array.from({ length: STORES }, (_, index) =>
    new RandomStore(SEED + index, release, folder).model(),
  );
  const stores = models.map((model, index) => makeStore(model, index));
  const judge = await Judge.start(checkout as string, { stores, kernels, sysfs, memory: MEMORY });
  try {
    for (const store of stores) {
      const verdict = judge.verdicts[store];
      if (verdict === undefined || 'refused' in verdict) {
        differ(store, '', 'core-admin does not load it', String(verdict?.refused));
        continue;
      }
      const source = {
        kernelsFolder: kernels,
        hostMemory: MEMORY,
        release,
        pciDevicesFolder: join(sysfs, 'bus/pci/devices'),
      };
      for (const [name, judged] of Object.entries(verdict as Record<string, JudgedVm>)) {
        await compare({ name, judged, store, source });
      }
    }
  } finally {
    await judge.stop();
  }
}

interface Compared {
  name: string;
  judged: JudgedVm;
  store: string;
  source: DescriptionSource;
}

async function compare({ name, judged, store, source }: Compared): Promise<void> {
  const fromFile = { ...source, qubesXmlFile: store };
  const fromDaemon = { ...source, qubesdSocket: `${store}.sock`, orderFile: store };
  const theirs = [join(folder, 'templates')];
  const own = await attempt(() => renderDomain({ name, folders: theirs, ...fromFile }));
  const live = await attempt(() => renderDomain({ name, folders: theirs, ...fromDaemon }));
  if (judged.xml === undefined) {
    count('VMs for which core-admin has no XML');
    // What it cannot find, required or not, is an error in it: then ours may be without it, or refuse it, too.
    return;
  }
  same(store, name, 'XML of their templates, from qubes.xml', own, judged.xml);
  same(store, name, 'XML of their templates, from the Admin API', live, judged.xml);
  if (release === '4.3') {
    const ours = await attempt(() => renderDomain({ name, folders: [TEMPLATES], ...fromFile }));
    const lines = diffXml(parseXml(judged.xml, 'theirs'), parseXml(ours, 'ours'));
    same(
      store,
      name,
      'XML of our templates, by its meaning',
      lines.map(({ kind, text }) => `${kind} ${text}`).join('; '),
      '',
    );
  }
  const stored = await describedAs(name, fromFile);
  same(store, name, 'dumps of both sources', pretty(await describedAs(name, fromDaemon)), pretty(stored));
  for (const [property, answer] of Object.entries(judged.properties)) {
    const [text, value] = propertyOf(property, answer, stored);
    same(store, name, `properties`, `${property}: ${text}`, `${property}: ${value}`);
  }
  for (const [key, value] of Object.entries(judged.values)) {
    if (release !== '4.3' && String(value).startsWith('AttributeError')) continue;
    same(store, name, 'other values', `${key}: ${stored[key] ?? null}`, `${key}: ${value}`);
  }
}

async function describedAs(name: string, source: DescriptionSource): Promise<Record<string, unknown>> {
  try {
    return (await describe(name, source)).description;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.message };
  }
}

async function attempt(render: () => Promise<{ xml: string }>): Promise<string> {
  try {
    return (await render()).xml;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `refused: ${error.message}`;
  }
}

function pretty(description: object): string {
  return JSON.stringify(description, null, 1);
}

/** What we have for a property, and what core-admin answers, both as its text. */
function propertyOf(property: string, answer: string, vm: Record<string, unknown>): [string, string] {
  const expected = answer.replace(/^default=\w+ type=\w+ /s, '');
  const value = property === 'template' && !Object.hasOwn(vm, property) ? null : vm[property];
  if (value === undefined) return ['not there', expected];
  if (value === null) return ['', expected];
  if (typeof value === 'boolean') return [value ? 'True' : 'False', expected];
  if (Array.isArray(value)) return [value.join(' '), expected];
  if (typeof value === 'object') return [String(Reflect.get(value, 'name')), expected];
  return [String(value), expected];
}

function same(store: string, vm: string, what: string, ours: string, theirs: string): void {
  count(what);
  if (ours !== theirs) differ(store, vm, what, firstDifference(ours, theirs));
}

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function differ(store: string, vm: string, what: string, how: string): void {
  differences.push(`${store.slice(folder.length + 1)} ${vm}: ${what}: ${how}`);
}

function firstDifference(ours: string, theirs: string): string {
  const left = ours.split('\n');
  const right = theirs.split('\n');
  const place = left.findIndex((line, index) => line !== right[index]);
  const at = place === -1 ? left.length : place;
  return `ours ${JSON.stringify(left[at]?.slice(0, 600))}, theirs ${JSON.stringify(right[at]?.slice(0, 600))}`;
}

function makeStore(model: Model, index: number): string {
  for (const vm of model.vms.filter(({ klass }) => klass !== 'AdminVM')) {
    for (const { pool, vid } of allVolumes(model, vm)) {
      if (pool === 'varlibqubes') for (const end of ['.img', '-cow.img']) writeText(`${vid}${end}`, '');
    }
  }
  const store = join(folder, `${index}.xml`);
  writeFileSync(store, qubesXmlText(model, { named: true, unsaid: release !== '4.3' }));
  return store;
}

function makeKernels(): string {
  for (const kernel of KERNEL_NAMES) if (kernel !== '') writeText(`vm-kernels/${kernel}/vmlinuz`, '');
  const full = 'vm-kernels/6.6.1';
  writeText(`${full}/initramfs`, '');
  writeText(`${full}/modules.img`, '');
  writeText(`${full}/memory-hotplug-supported`, '');
  writeText(`${full}/default-kernelopts-common.txt`, 'nomodeset root=x  ro nomodeset-not \n\n');
  writeText(`${full}/default-kernelopts-pci.txt`, ' iommu=soft \n');
  writeText('vm-kernels/5.15/default-kernelopts-nopci.txt', 'nopat x\n');
  writeText('vm-kernels/5.15/modules.img', '');
  return join(folder, 'vm-kernels');
}

function writeText(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function makeHost(): string {
  const bridge = '0000:00:1c.0';
  return makeSysfs(folder, [
    { way: '0000:00:1f.6', vendor: '0x8086', product: '0x15f3', kind: '0x020000' },
    { way: '0000:00:02.0', vendor: '0x8086', product: '0x46a6', kind: '0x030000' },
    { way: '0000:00:14.0', vendor: '0x8086', product: '0x51ed', kind: '0x0c0330' },
    { way: bridge, vendor: '0x8086', product: '0x51b8', kind: '0x060400', bus: 3 },
    { way: `${bridge}/0000:03:00.0`, vendor: '0x10de', product: '0x9999', kind: '0x030000' },
    { way: `${bridge}/0000:03:00.1`, vendor: '0x10de', product: '0x10f0', kind: '0x040300' },
  ]);
}
