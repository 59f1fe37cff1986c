import { spawn } from 'node:child_process';
import { Refusal } from '../words/refusal.ts';

/** What another process has answered; `silent` where it did not within its time. */
export type Answer = { status: number | undefined; printed: string } | 'silent';

/** More than any answer that is asked for. */
const LONGEST_ANSWER = 1000;

/**
 * Asks another process, and waits for so long: one that hangs in the kernel, where no signal reaches it, is left behind.
 * @throws Refusal when it cannot be started
 */
export function askProcess(program: string, args: readonly string[], milliseconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const process = spawn(program, args, {
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    process.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(0, LONGEST_ANSWER);
    });
    const clock = setTimeout(() => {
      process.kill('SIGKILL');
      process.unref();
      process.stdout.destroy();
      resolve('silent');
    }, milliseconds);
    process.once('error', error => {
      clearTimeout(clock);
      reject(new Refusal(`${program} could not be run: ${error.message}`));
    });
    process.once('close', status => {
      clearTimeout(clock);
      resolve({ status: status ?? undefined, printed });
    });
  });
}
