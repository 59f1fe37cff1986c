import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from '../unit/executable.ts';

/** What it is about, options of boot.sh, a program of build/test/kernel/guest, and what that is told. */
type Run = [name: string, options: string[], program: string, ...parameters: string[]];

/** Runs a program on the real kernel; its checks are reported as this run's own. */
export function onKernel(...run: Run): void {
  boot(run, 1);
}

/** The same for several, each on a kernel of its own: worth it where all but one wait by the clock more than they work. */
export function onKernelsAtOnce(...runs: Run[]): void {
  for (const run of runs) boot(run, runs.length);
}

function boot([name, options, program, ...parameters]: Run, atOnce: number): void {
  const boot = join(PROJECT, 'test/kernel/lab/boot.sh');
  const guest = join(PROJECT, 'build/test/kernel/guest', program);
  t.setTimeout(0);
  t.jobs = atOnce;
  t.spawn(boot, [...options, process.execPath, guest, ...parameters], { timeout: 0 }, name);
}
