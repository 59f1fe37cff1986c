import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { DomainXmlError, systemErrorText } from '../error.ts';
import { DescriptionError } from './checks.ts';

const LARGEST_DESCRIPTION = 16 * 1024 * 1024;

/**
 * Reads a JSON file ("-" is standard input) and checks it. Raises DomainXmlError that names the file, and the key
 * where the check found fault with one.
 */
export function readDescription<T>(file: string, check: (document: unknown) => T): T {
  const name = file === '-' ? 'standard input' : file;
  const document = parse(readText(file, name), name);
  try {
    return check(document);
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    throw new DomainXmlError(
      `${name}: ${error.key === '' ? error.message.replace(/^: /, '') : error.message}`,
    );
  }
}

function readText(file: string, name: string): string {
  try {
    if (file === '-') return readFileSync(0, 'utf8');
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      if (size > LARGEST_DESCRIPTION) {
        throw new DomainXmlError(
          `${name}: is ${size} bytes long; a description has at most ${LARGEST_DESCRIPTION}`,
        );
      }
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof DomainXmlError) throw error;
    throw new DomainXmlError(`${name}: cannot be read: ${systemErrorText(error)}`);
  }
}

function parse(text: string, name: string): unknown {
  if (text.trim() === '') throw new DomainXmlError(`${name}: is empty; a description in JSON is needed`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : '';
    throw new DomainXmlError(`${name}: is not JSON: ${reason}`);
  }
}
