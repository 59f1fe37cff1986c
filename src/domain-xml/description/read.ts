import { Refusal } from '../../words/refusal.ts';
import { readNamedText } from '../bounded-read.ts';
import { DescriptionError } from './checks.ts';
import { JsonProblem, parseJson } from './json.ts';

const LARGEST_DESCRIPTION = 16 * 1024 * 1024;

/**
 * Reads a JSON file ("-" is standard input) and checks it.
 * @throws Refusal that names the file, and the key where the check found fault with one
 */
export function readDescription<T>(file: string, check: (document: unknown) => T): T {
  const name = file === '-' ? 'standard input' : file;
  const document = parse(readNamedText(file, LARGEST_DESCRIPTION, 'a description has'), name);
  try {
    return check(document);
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    throw new Refusal(`${name}: ${error.key === '' ? error.message.replace(/^: /, '') : error.message}`);
  }
}

function parse(text: string, name: string): unknown {
  if (text.trim() === '') throw new Refusal(`${name}: is empty; a description in JSON is needed`);
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new Refusal(`${name}, line ${error.line}, column ${error.column}: is not JSON: ${error.message}`);
  }
}
