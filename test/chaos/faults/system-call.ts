// A command that is killed, gets a signal or an error at one of its system calls.
import { errorOf } from '../../kernel/guest/failing-calls.ts';

export interface SystemCallFault {
  kind: 'kill' | 'error' | 'signal';
  /** The system call's name, as it stands in ERRORS of failing-calls, and which one of those of that name. */
  call: string;
  occurrence: number;
  /** Without SIG. */
  signal: string;
}

/** Those that change something, and how many of each a command makes at most, or nearly so. */
export const CHANGING: Readonly<Record<string, number>> = {
  ioctl: 40,
  openat: 50,
  close: 40,
  flock: 4,
  fsync: 5,
  linkat: 3,
  rename: 3,
  unlink: 4,
  setxattr: 4,
  fsetxattr: 4,
  pwrite64: 3,
  write: 4,
  ftruncate: 2,
  mkdir: 2,
  mknodat: 2,
  sendto: 6,
};

/**
 * Those that are made to fail: where the runtime and the linker make them too, it is not our program that would have to
 * understand it.
 */
export const FAILING = [
  'ioctl',
  'flock',
  'fsync',
  'linkat',
  'rename',
  'unlink',
  'setxattr',
  'fsetxattr',
  'pwrite64',
  'ftruncate',
  'sendto',
];

export const SIGNALS = ['TERM', 'INT', 'HUP', 'QUIT', 'PIPE', 'USR1', 'ALRM'];

/** What runs a command so that it meets the fault. */
export function aroundOf({ kind, call, occurrence, signal }: SystemCallFault): string[] {
  const what = kind === 'error' ? `error=${errorName(call)}` : `signal=${kind === 'kill' ? 'KILL' : signal}`;
  return [
    'strace',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${call}:${what}:when=${occurrence}`,
  ];
}

function errorName(call: string): string {
  const line = call === 'ioctl' ? 'ioctl(3, DM_' : `${call}(`;
  return errorOf({ name: call, occurrence: 1, line }) ?? 'EIO';
}

/** As a person types it before the command. */
export function wordsOf(fault: SystemCallFault): string {
  return `the next command, run by: ${aroundOf(fault).join(' ')}`;
}
