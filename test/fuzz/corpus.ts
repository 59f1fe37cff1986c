import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../domain-xml/support/project.ts';

// What is kept of a target's inputs: what has broken it once, and what reaches all that it reaches. A line of JSON each, a character for each byte.

const TARGETS = join(PROJECT, 'test/fuzz/targets');

/** All there are, by name. */
export const TARGET_NAMES: readonly string[] = readdirSync(TARGETS)
  .map(name => name.replace(/\.ts$/, ''))
  .sort();

function corpusFile(target: string): string {
  return join(PROJECT, `test/fuzz/corpus/${target}.jsonl`);
}

/** @throws where there is no corpus */
export function readCorpus(target: string): Buffer[] {
  const lines = readFileSync(corpusFile(target), 'utf8').split('\n').slice(0, -1);
  return lines.map(line => Buffer.from(JSON.parse(line) as string, 'latin1'));
}

/** Sorted, so that a change of the corpus is a change of its lines. */
export function writeCorpus(target: string, inputs: readonly Buffer[]): void {
  const lines = new Set(inputs.map(input => JSON.stringify(input.toString('latin1'))));
  writeFileSync(
    corpusFile(target),
    [...lines]
      .sort()
      .map(line => `${line}\n`)
      .join(''),
  );
}

/** A folder with a file for each input, as the fuzzer has them. */
export function unpack(target: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [index, input] of (existsSync(corpusFile(target)) ? readCorpus(target) : []).entries())
    writeFileSync(join(folder, `kept-${index}`), input);
}

/** Bytes that a corpus may have: more of it is more of the same. */
const LARGEST = 30_000;

/** The other way round: what was kept before, and then the shortest, as many as there is room for. */
export function pack(target: string, folder: string): void {
  const found = readdirSync(folder).map(name => readFileSync(join(folder, name)));
  found.sort((one, other) => one.length - other.length || one.compare(other));
  const kept = readCorpus(target);
  let left = LARGEST - Buffer.concat(kept).length;
  for (const input of found) {
    left -= input.length;
    if (left < 0) break;
    kept.push(input);
  }
  writeCorpus(target, kept);
}
