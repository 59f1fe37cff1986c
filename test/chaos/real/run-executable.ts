import { spawn } from 'node:child_process';
import { executable, type Outcome } from '../../kernel/guest/programs.ts';
import type { Call } from './calls.ts';

/** Longer than any wait of a command lasts, in milliseconds. */
const LIMIT = 90_000;

/**
 * Runs the executable, while this process goes on.
 * @param around a program that runs it, with its parameters: strace
 * @throws Error where it does not come to its end
 */
export function runExecutable(
  { program, parameters, environment = {}, input = '' }: Call,
  around: readonly string[] = [],
): Promise<Outcome> {
  const [command = '', ...all] = [...around, executable(program), ...parameters];
  const child = spawn(command, all, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const outcome: Outcome = { status: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', text => {
    outcome.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    outcome.stderr += text;
  });
  // A hook that has nothing to do does not read it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new Error(`${[command, ...all].join(' ')} has not ended within ${LIMIT / 1000} s: ${outcome.stderr}`),
      );
    }, LIMIT);
    child.on('error', reject);
    child.on('close', status => {
      clearTimeout(limit);
      resolve({ ...outcome, status });
    });
  });
}
