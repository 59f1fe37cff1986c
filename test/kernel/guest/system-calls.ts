import { readFileSync } from 'node:fs';
import { executable, run } from './programs.ts';

/** One system call of the main thread: its name, and the how manieth of that name it is. */
export interface SystemCall {
  name: string;
  occurrence: number;
  /** The beginning of its line in the trace. */
  line: string;
}

const TRACE = '/run/lab/trace';

/**
 * Not looked at: it changes nothing, and only inside user-mode Linux is it a system call at all (elsewhere the vDSO
 * answers it), a varying number of times.
 */
const CLOCK = 'clock_gettime';

/** The system calls that a command makes from the taking of its lock on. */
export function callsUnderLock(parameters: readonly string[]): SystemCall[] {
  const { status, stderr } = run('strace', ['-qq', '-o', TRACE, executable(), ...parameters]);
  if (status !== 0) throw new Error(`${parameters.join(' ')}: exit ${status}: ${stderr}`);
  const counts = new Map<string, number>();
  const calls = readFileSync(TRACE, 'utf8')
    .split('\n')
    .flatMap(line => {
      const name = /^(\w+)\(/.exec(line)?.[1];
      if (name === undefined || name === CLOCK) return [];
      const occurrence = (counts.get(name) ?? 0) + 1;
      counts.set(name, occurrence);
      return [{ name, occurrence, line: line.slice(0, 70) }];
    });
  const first = calls.findIndex(call => call.name === 'flock');
  if (first < 0) throw new Error(`${parameters.join(' ')} takes no lock`);
  return calls.slice(first);
}

/** Runs a command and kills it as it enters a system call. @returns whether it was killed: it may make fewer this time */
export function runKilledAt(call: SystemCall, parameters: readonly string[]): boolean {
  const injection = `${call.name}:signal=KILL:when=${call.occurrence}`;
  const { status, stderr } = run('strace', [
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call.name}`,
    '-e',
    `inject=${injection}`,
    executable(),
    ...parameters,
  ]);
  if (status === 0) return false;
  // strace ends as its program did: by the same signal, which is no exit status.
  if (status !== null && status !== 137)
    throw new Error(`${parameters.join(' ')}: exit ${status}: ${stderr}`);
  return true;
}
