// What the runtime of the larger program is made of: names, licences and addresses, the texts of those licences that a Debian
// has, and the notices that the runtime has in itself. Its package at npm's has neither licence nor notices.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BUN = 'node_modules/@oven/bun-linux-x64-baseline';
const PARTS = 'tools/packages/bun-parts';

/** Of base-files, which no Debian lacks: texts that are the same for whatever has that licence. */
const TEXTS_FOLDER = '/usr/share/common-licenses';
const TEXTS: readonly { licence: RegExp; file: string }[] = [
  { licence: /\bApache-2\.0\b/, file: 'Apache-2.0' },
  { licence: /\bLGPL-2\.0\b/, file: 'LGPL-2' },
  { licence: /\bLGPL-2\.1\b/, file: 'LGPL-2.1' },
  { licence: /(?<!L)GPL-2\.0\b/, file: 'GPL-2' },
  { licence: /\bArtistic-1\.0\b/, file: 'Artistic' },
];

/** Where the bytes of a program say whose something is; a line that does is not longer. */
const NOTICE = /\(c\) (?:19|20)\d\d/gi;
const LONGEST_NOTICE = 500;

/** A part of the runtime. */
export interface PartOfBun {
  name: string;
  licence: string;
  address: string;
  /** Bun's own. */
  version?: string;
}

/** @param fail ends the build, with a reason */
export function partsOfBun(fail: (reason: string) => never): PartOfBun[] {
  const { version } = JSON.parse(readFileSync(`${BUN}/package.json`, 'utf8')) as { version: string };
  const [of = '', ...lines] = readFileSync(PARTS, 'utf8').trim().split('\n');
  if (of !== `# Bun ${version}`)
    fail(
      `${PARTS} is of another version than the Bun that is used: see what Bun ${version} says of its licences`,
    );
  return lines
    .filter(line => !line.startsWith('#'))
    .map(line => {
      const [name = '', licence = '', address = ''] = line.split('\t');
      if (address === '') fail(`${PARTS}: '${line}' is not NAME, LICENCE and ADDRESS with tabs between them`);
      return { name, licence, address, ...(name === 'bun' ? { version } : {}) };
    });
}

/** All of it for people. */
export function textOnBun(parts: readonly PartOfBun[], heading: (text: string) => string): string {
  const list = parts.map(({ name, licence, address }) => `${name} (${licence})\n    ${address}\n`);
  const texts = textsFor(parts).map(
    ({ file, names }) => `${join(TEXTS_FOLDER, file)}\n    of ${names.join(', ')}\n`,
  );
  const notices = noticesInBun().map(notice => `    ${notice}\n`);
  return `${heading('The runtime of block-snapshot-tools: Bun, and what Bun embeds')}\
Each with its licence and where its sources and its notices are. How it is linked anew with another
JavaScriptCore, Bun says: https://github.com/oven-sh/bun/blob/main/LICENSE.md

${list.join('')}
Texts of these licences, on Debian; elsewhere LICENSE.texts beside this file has them:

${texts.join('')}
Of MIT's, BSD's, Zlib's and Unicode's, which differ by who is named in them, those are in the sources.
The notices that the runtime has in itself:

${notices.join('')}`;
}

/** The texts of licences that are the same for whatever has them, for systems that have no folder of those. */
export function licenceTexts(parts: readonly PartOfBun[], heading: (text: string) => string): string {
  return textsFor(parts)
    .map(({ file, names }) => {
      const text = readFileSync(join(TEXTS_FOLDER, file), 'utf8').replace(/^\n+|\s+$/g, '');
      return `${heading(`${file}, of ${names.join(', ')}`)}${text}\n`;
    })
    .join('')
    .trimStart();
}

function textsFor(parts: readonly PartOfBun[]): { file: string; names: string[] }[] {
  return TEXTS.map(({ licence, file }) => ({
    file,
    names: parts.filter(part => licence.test(part.licence)).map(({ name }) => name),
  })).filter(({ names }) => names.length > 0);
}

/** In their order, each once: the whole line of text around each place. */
function noticesInBun(): string[] {
  const bytes = readFileSync(`${BUN}/bin/bun`).toString('latin1');
  const lines = Array.from(bytes.matchAll(NOTICE), ({ index, 0: { length } }) => {
    const before = bytes.slice(Math.max(0, index - LONGEST_NOTICE), index);
    const after = bytes.slice(index + length, index + length + LONGEST_NOTICE);
    const [start = ''] = /[ -~]*$/.exec(before) ?? [];
    const [end = ''] = /^[ -~]*/.exec(after) ?? [];
    return (start + bytes.slice(index, index + length) + end).trim();
  });
  return [...new Set(lines)];
}
