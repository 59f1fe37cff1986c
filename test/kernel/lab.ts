import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from '../unit/executable.ts';

/**
 * Runs a program of build/test/kernel/guest on the real kernel; its checks are reported as this run's own.
 * @param name what it is about
 * @param options options of boot.sh
 */
export function onKernel(name: string, options: string[], program: string, ...parameters: string[]): void {
  const boot = join(PROJECT, 'test/kernel/lab/boot.sh');
  const guest = join(PROJECT, 'build/test/kernel/guest', program);
  t.setTimeout(0);
  t.jobs = 1;
  t.spawn(boot, [...options, process.execPath, guest, ...parameters], { timeout: 0 }, name);
}
