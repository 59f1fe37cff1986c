import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root: the tests run compiled, in build/, and their data stays where it is. */
export const PROJECT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The program as it is installed. */
export const PROGRAM = join(PROJECT, 'dist/domain-xml');

export const TEMPLATES = join(PROJECT, 'templates');
export const JINJA = join(PROJECT, 'src/jinja');
export const TEST_DATA = join(PROJECT, 'test/domain-xml/data');
export const ORACLE = join(PROJECT, 'test/domain-xml/oracle.py');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('the tests are not inside the project');
  return findRoot(above);
}
