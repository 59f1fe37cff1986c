import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../words/refusal.ts';
import { inPrivateFolder } from '../private-folder.ts';
import { runProgram } from '../program.ts';
import { grammarWithXen, requireSchema } from './grammar.ts';

/** Says of each document whether it is valid, in their order; all in one run. */
export type Validate = (documents: readonly string[]) => Promise<boolean[]>;

// xmllint's exit codes: 0 all valid, 1 not well-formed, 3 and 4 not valid; 5 is a schema that does not compile.
const VERDICTS = new Set([0, 1, 3, 4]);

/**
 * Validation against the schema at that path.
 * @throws Refusal when the schema or xmllint is missing
 */
export function validateAgainst(schema: string): Validate {
  requireSchema(schema);
  const grammar = grammarWithXen(schema);
  return async documents => {
    if (documents.length === 0) return [];
    return inPrivateFolder(folder => validateIn(folder, grammar, documents));
  };
}

async function validateIn(folder: string, grammar: string, documents: readonly string[]): Promise<boolean[]> {
  const schema = join(folder, 'grammar.rng');
  writeFileSync(schema, grammar);
  const files = documents.map((document, index) => {
    const file = join(folder, `${index}.xml`);
    writeFileSync(file, document);
    return file;
  });
  const { exitCode, stderr } = await runProgram({
    program: 'xmllint',
    args: ['--nonet', '--noout', '--relaxng', schema, ...files],
    remedy: 'install libxml2-utils (Debian) or libxml2 (Fedora)',
  });
  const lines = stderr.split('\n');
  if (!VERDICTS.has(exitCode)) {
    throw new Refusal(`xmllint: could not validate: ${(lines[0] ?? '').replace(`${schema}:`, '')}`);
  }
  const valid = new Set(lines.filter(line => line.endsWith(' validates')));
  return files.map(file => valid.has(`${file} validates`));
}
