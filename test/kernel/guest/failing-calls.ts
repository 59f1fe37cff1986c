import { readFileSync } from 'node:fs';
import { executable, run } from './programs.ts';
import type { SystemCall } from './system-calls.ts';

const TRACE = '/run/lab/failing-trace';

/** Longer than any wait of a command lasts, in seconds. */
const LIMIT = 50;

/**
 * Errors that the kernel really gives: what runs out, and what a sick disk or a server that has gone says. Calls that are
 * not here cannot fail for a reason that a command could meet, or belong to the runtime.
 */
const ERRORS: [RegExp, string][] = [
  [/^ioctl\(\d+, (?:DM_DEV_REMOVE|LOOP_CONFIGURE|LOOP_CLR_FD)/, 'EBUSY'],
  [/^ioctl\(\d+, DM_DEV_SUSPEND/, 'EINTR'],
  [/^ioctl\(\d+, (?:DM|LOOP)_/, 'ENOMEM'],
  [/^ioctl\(\d+, (?:BLK|FS_IOC|FI)/, 'EIO'],
  [/^(?:openat|socket)\(/, 'EMFILE'],
  [/^connect\(/, 'ECONNREFUSED'],
  [/^(?:sendto|sendmsg)\(/, 'EPIPE'],
  [
    /^(?:pread64|read|recvfrom|getdents64|fsync|fdatasync|syncfs|newfstatat|fstat|fstatfs|statfs|readlink|readlinkat|lseek)\(/,
    'EIO',
  ],
  [
    /^(?:access|unlink|unlinkat|rmdir|fgetxattr|getxattr|fremovexattr|removexattr|fchmod|fchown|chown)\(/,
    'EIO',
  ],
  [
    /^(?:pwrite64|write|fallocate|ftruncate|linkat|link|rename|renameat|renameat2|mkdir|mknodat|fsetxattr|setxattr|symlink)\(/,
    'ENOSPC',
  ],
  [/^(?:flock|fcntl\(\d+, F_SETLEASE)/, 'ENOLCK'],
  [/^(?:semget|semop|semtimedop|semctl)\(/, 'ENOSPC'],
];

/** The error that a system call is made to fail with; undefined where it is left alone. */
export function errorOf({ line }: SystemCall): string | undefined {
  return ERRORS.find(([pattern]) => pattern.test(line))?.[1];
}

/** How often a call fails, from one of them on: as strace has it. */
const TIMES = {
  once: (first: number) => `${first}`,
  'three times': (first: number) => `${first}..${first + 2}`,
  'for good': (first: number) => `${first}+`,
};

export type Duration = keyof typeof TIMES;

/** What became of a command of which a system call should fail. */
export interface Failing {
  /** Whether one failed: it may make fewer calls than before. */
  reached: boolean;
  /** Whether the command came to an end by itself. */
  ended: boolean;
  /** Whether it said that it has done its work. */
  done: boolean;
}

/** Runs a command of which a system call fails. */
export function runFailingAt(
  call: SystemCall,
  duration: Duration,
  parameters: readonly string[],
  program = 'block-snapshot',
): Failing {
  const when = TIMES[duration](call.occurrence);
  const { status } = run('timeout', [
    ...['-s', 'KILL', String(LIMIT), 'strace', '-qq', '-o', TRACE, '-e', `trace=${call.name}`],
    ...['-e', `inject=${call.name}:error=${errorOf(call)}:when=${when}`, executable(program), ...parameters],
  ]);
  const reached = readFileSync(TRACE, 'utf8').includes('(INJECTED)');
  return { reached, ended: status !== 137 && status !== null, done: status === 0 };
}
