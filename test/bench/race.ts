import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';

/** What whole processes took: medians over the rounds, and of the last one what the kernel says. */
export interface Lap {
  milliseconds: number;
  /** What other work on the machine disturbs least. */
  least: number;
  pageFaults: number;
  /** KiB. */
  largestResident: number;
}

const folder = mkdtempSync(join(tmpdir(), 'block-snapshot-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Compiles a C program. @returns its path */
export function compiled(name: string, source: string, ...libraries: string[]): string {
  const program = join(folder, name);
  execFileSync('cc', ['-O2', '-o', program, source, ...libraries]);
  return program;
}

/** A program that does nothing but be linked with libdevmapper: less than it takes nobody who uses that can. */
export function emptyProgram(): string {
  const source = join(folder, 'empty.c');
  writeFileSync(
    source,
    '#include <libdevmapper.h>\n#include <stddef.h>\nint main(int count, char **parameters)\n' +
      '{\n\t(void)parameters;\n\tif (count > 99)\n\t\tdm_task_destroy(NULL);\n\treturn 0;\n}\n',
  );
  return compiled('empty', source, '-ldevmapper');
}

/** Runs commands in turn, so that all meet the same machine; each gets the text on standard input. */
export function race(rounds: number, input: string, commands: readonly (readonly string[])[]): Lap[] {
  const file = join(folder, 'input');
  writeFileSync(file, input);
  const racer = compiled('race', join(PROJECT, 'test/bench/race.c'));
  const parameters = commands.flatMap(command => ['--', ...command]);
  const lines = execFileSync(racer, [String(rounds), file, ...parameters], { encoding: 'utf8', cwd: '/' });
  return lines
    .trim()
    .split('\n')
    .map(line => {
      const [milliseconds = 0, least = 0, pageFaults = 0, largestResident = 0] = line.split(' ').map(Number);
      return { milliseconds, least, pageFaults, largestResident };
    });
}
