// What lies inside the executables of a package, for people and for programs: the licences of it all, and a bill of materials.
//   inside.ts PACKAGE FOLDER [--engine] [--bun] ENTRY...
//     FOLDER   gets PACKAGE.licences and PACKAGE.cdx.json (CycloneDX); with --bun, PACKAGE.licence-texts for other systems than Debian
//     ENTRY    modules of src, whose bundles the package has: what they import of npm's is theirs
//   SOURCE_DATE_EPOCH   the time that the bill is of
// Refused is whatever has no licence that can be found.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { licenceTexts, type PartOfBun, partsOfBun, textOnBun } from './bun.ts';

/** What a bill of materials says of one thing, as far as it matters here. */
interface Component {
  'bom-ref': string;
  type: string;
  name: string;
  version?: string;
  scope?: string;
  licenses: readonly { license?: { id?: string; name?: string }; expression?: string }[];
  properties?: readonly { name: string; value: string }[];
  externalReferences?: readonly { type: string; url: string }[];
}

interface Bill {
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
  metadata: { timestamp: string; component: Component; properties?: unknown };
  serialNumber?: string;
}

function fail(reason: string): never {
  console.error(`inside: ${reason}`);
  process.exit(1);
}

function run(program: string, parameters: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    timeout: 120_000,
  });
  if (error !== undefined) fail(`${program} cannot be run: ${error.message}`);
  if (status !== 0) fail(`${program} ${parameters.join(' ')} fails: ${stderr.trim()}`);
  return stdout;
}

/** The folders in node_modules that the bundles of these modules have files of, sorted. */
function bundledFolders(entries: readonly string[]): string[] {
  const making = mkdtempSync(join(tmpdir(), 'inside-'));
  try {
    const metafile = join(making, 'metafile.json');
    const modules = entries.map(entry => `src/${entry}.ts`);
    const output = ['--outdir', making, `--metafile=${metafile}`];
    run(process.execPath, ['build', ...modules, '--target=bun', '--splitting', ...output]);
    const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: Record<string, unknown> };
    const folders = Object.keys(inputs).flatMap(
      path => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
    );
    return [...new Set(folders)].sort();
  } finally {
    rmSync(making, { recursive: true });
  }
}

/** The text that a package of npm's has to be accompanied by; where it has none of its own, what it says of itself. */
function licenceText(folder: string): string {
  const files = readdirSync(folder).filter(name => /^(licen[cs]e|copying|notice)/i.test(name));
  if (files.length > 0)
    return files
      .sort()
      .map(name => readFileSync(join(folder, name), 'utf8').trim())
      .join('\n\n');
  const { author, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    author?: string | { name: string };
    license?: string;
  };
  if (author === undefined || license === undefined)
    fail(`${folder} has no licence: see what its authors say, before it is given to others`);
  return `${license}, by ${typeof author === 'string' ? author : author.name} (no text comes with it)`;
}

/** npm's own bill, of everything that the lock file has. */
function npmsBill(): Bill {
  return JSON.parse(run('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'])) as Bill;
}

/** A licence of which only one is said has SPDX's name. */
function componentOfBun({ name, licence, address, version }: PartOfBun): Component {
  return {
    'bom-ref': `bun/${name}`,
    type: 'library',
    name,
    ...(version === undefined ? {} : { version }),
    licenses: [
      { license: /^[\w.-]+-[\w.-]+$|^(?:MIT|Zlib)$/.test(licence) ? { id: licence } : { name: licence } },
    ],
    externalReferences: [{ type: 'website', url: address }],
  };
}

function engine(): Component {
  const header = readFileSync('dist/engine/include/quickjs.h', 'utf8');
  const number = (part: string) =>
    new RegExp(`^#define QJS_VERSION_${part} (\\d+)`, 'm').exec(header)?.[1] ??
    fail(`dist/engine/include/quickjs.h has no QJS_VERSION_${part}`);
  return {
    'bom-ref': 'quickjs-ng',
    type: 'library',
    name: 'quickjs-ng',
    version: ['MAJOR', 'MINOR', 'PATCH'].map(number).join('.'),
    licenses: [{ license: { id: 'MIT' } }],
  };
}

const heading = (text: string) => `\n${text}\n${'-'.repeat(text.length)}\n\n`;
const licenceOf = ({ licenses: [first] }: Component) =>
  first?.license?.id ?? first?.license?.name ?? first?.expression ?? 'unknown';

/** The package that lies in a folder, as npm's bill has it; that it is needed for the build alone is not so any more. */
function componentOf(path: string, bill: Bill): Component {
  const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Component;
  const found = bill.components.find(part => part.name === name && part.version === version);
  if (found === undefined) fail(`npm's bill does not name ${name} ${version} of ${path}`);
  const { properties: _, ...said } = found;
  return { ...said, scope: 'required' };
}

const [name = fail('usage: inside.ts PACKAGE FOLDER [--engine] [--bun] ENTRY...'), folder = '', ...rest] =
  process.argv.slice(2);
const bill = npmsBill();
const folders = bundledFolders(rest.filter(word => !word.startsWith('--')));
const found = folders.map(path => componentOf(path, bill));

let text = '';
const components = [...found];
if (rest.includes('--engine')) {
  const part = engine();
  components.push(part);
  text += `${heading(`quickjs-ng ${part.version} (MIT)`)}${readFileSync('dist/engine/LICENSE', 'utf8').trim()}\n`;
}
if (rest.includes('--bun')) {
  const parts = partsOfBun(fail);
  components.push(...parts.map(componentOfBun));
  text += textOnBun(parts, heading);
  writeFileSync(join(folder, `${name}.licence-texts`), licenceTexts(parts, heading));
}
for (const [index, path] of folders.entries()) {
  const part = found[index] as Component;
  text += `${heading(`${part.name} ${part.version} (${licenceOf(part)})`)}${licenceText(path)}\n`;
}

const kept = new Set(components.map(part => part['bom-ref']));
const own = bill.metadata.component['bom-ref'];
const dependencies = bill.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(other => kept.has(other)) }));
const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? fail('SOURCE_DATE_EPOCH is missing'));
const { serialNumber: _, ...others } = bill;
const result = {
  ...others,
  metadata: {
    ...bill.metadata,
    timestamp: new Date(seconds * 1000).toISOString(),
    component: { ...bill.metadata.component, name },
  },
  components,
  dependencies: [{ ref: own, dependsOn: [...kept] }, ...dependencies],
};
writeFileSync(join(folder, `${name}.licences`), text);
writeFileSync(join(folder, `${name}.cdx.json`), `${JSON.stringify(result, undefined, 2)}\n`);
