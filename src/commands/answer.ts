import { writeSync } from 'node:fs';

/** One line on standard output, the answer that scripts read. */
export function answer(line: string): void {
  writeSync(1, `${line}\n`);
}
