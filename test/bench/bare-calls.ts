import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';

/** Compiles the program that makes the calls to the kernel alone which a stack cannot be made without. @returns its path */
export function bareCalls(): string {
  const folder = mkdtempSync(join(tmpdir(), 'block-snapshot-bare-calls-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'bare-calls');
  execFileSync(join(PROJECT, 'test/bench/bare-calls/build.sh'), [program]);
  return program;
}
