import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../domain-xml/support/project.ts';

// What is kept of a target's inputs: those that together reach all that it reaches. A line of JSON each, a character for each byte.

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

/** The other way round. */
export function pack(target: string, folder: string): void {
  writeCorpus(
    target,
    readdirSync(folder).map(name => readFileSync(join(folder, name))),
  );
}
