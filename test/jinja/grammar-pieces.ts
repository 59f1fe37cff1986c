import { readFileSync } from 'node:fs';
import { dataFile } from './sample-vm.ts';

/** The templates of test/jinja/data/grammar.txt: `----` between them, `==== name` before the files that one uses. */
export function grammarPieces(): string[] {
  return readFileSync(dataFile('grammar.txt'), 'utf8').split('\n----\n');
}

/** The files that such a piece is made of: itself is `main`. */
export function filesOf(text: string): Record<string, string> {
  const [main = '', ...others] = text.split(/\n==== /);
  const files: Record<string, string> = { main };
  for (const other of others) {
    const end = other.indexOf('\n');
    files[other.slice(0, end)] = other.slice(end + 1);
  }
  return files;
}
