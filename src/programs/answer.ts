import { addon } from '../../native/addon.ts';

/** One line on standard output, the answer that scripts read. */
export function answer(line: string): void {
  addon().writeText(1, `${line}\n`);
}
