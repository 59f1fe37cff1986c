import { readFileSync } from 'node:fs';
import { executable, type Outcome, run } from './programs.ts';

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

/**
 * System calls that change nothing that outlives the program. Killed as it enters the call after one of these, it leaves
 * the very same world behind as when it is killed as it enters this one.
 */
const HARMLESS = [
  /^(?:newfstatat|fstat|statx|statfs|fstatfs|access|read|pread64|readlink|readlinkat|getxattr|getdents64|poll|gettimeofday|futex|madvise|mmap|munmap|mprotect|brk|uname|getpid|gettid|rt_sigaction|rt_sigprocmask|sched_getaffinity|sched_yield|umask|lseek|fcntl|clock_nanosleep|nanosleep)\(/,
  // What is open is closed by the kill as well.
  /^close\(/,
  /^openat\([^)]*O_RDONLY(?:\|O_CLOEXEC|\|O_NOFOLLOW|\|O_NONBLOCK|\|O_DIRECTORY|\|O_PATH)*\)/,
  // They ask, and change nothing.
  /^ioctl\(\d+, (?:DM_VERSION|DM_TABLE_STATUS|DM_DEV_STATUS|DM_TABLE_DEPS|DM_LIST_DEVICES|DM_LIST_VERSIONS|LOOP_GET_STATUS64|BLKGETSIZE64|BLKGETDISKSEQ)\b/,
  /^semctl\([^)]*SEM_INFO/,
];

/** Calls that the runtime of the larger program makes for its memory and its threads, when it wants to. */
const RUNTIMES_OWN: ReadonlySet<string> = new Set([
  'brk',
  'futex',
  'madvise',
  'mmap',
  'mprotect',
  'munmap',
  'sched_yield',
]);

/** Those that the program makes each time, without those of its runtime. */
export function ofTheProgramItself(calls: readonly SystemCall[]): SystemCall[] {
  return calls.filter(({ name }) => !RUNTIMES_OWN.has(name));
}

/** Whether enough of these calls were come to: nine in ten of those that the program makes of itself. */
export function areEnough(reached: ReadonlySet<SystemCall>, calls: readonly SystemCall[]): boolean {
  const own = ofTheProgramItself(calls);
  return own.length > 0 && own.filter(call => reached.has(call)).length >= own.length * 0.9;
}

/** Leaves out every call that follows one that changes nothing: the kill before that one stands for it. */
export function distinctWorlds(calls: readonly SystemCall[]): SystemCall[] {
  const harmless = (line: string) => HARMLESS.some(pattern => pattern.test(line));
  return calls.filter((_, index) => index === 0 || !harmless(calls[index - 1]?.line ?? ''));
}

/** What another process can neither see nor change: memory, signals, the runtime's own looks at this process. */
const PRIVATE =
  /^(?:futex|madvise|mmap|munmap|mprotect|brk|uname|getpid|gettid|rt_sig\w+|sched_\w+|umask|lseek|clone3|exit_group|epoll_\w+|poll|f?stat|read|clock_nanosleep|nanosleep|getrandom|semctl|fcntl\(\d+, F_(?!SETLEASE))|^(?:newfstatat\(\d|openat\(AT_FDCWD, "(?:\/proc\/(?:self|sys|devices)|\/etc\/|\/dev\/mapper\/control)|newfstatat\(AT_FDCWD, "\/dev\/mapper\/control)/;

const LOCKS = /^openat\(AT_FDCWD, "\/run\/block-snapshot\/.* = (\d+)$/;

/**
 * Leaves out every moment that is like the one before it for whoever runs meanwhile: after a call that others can neither see
 * nor change, and, while a lock keeps all others away, after one that changes nothing.
 */
export function distinctMoments(calls: readonly SystemCall[]): SystemCall[] {
  const locks = new Set<string>();
  let held = 0;
  return calls.filter((_, index) => {
    const line = calls[index - 1]?.line;
    if (line === undefined) return true;
    const opened = LOCKS.exec(line)?.[1];
    if (opened !== undefined) locks.add(opened);
    const [, name = '', descriptor = ''] = /^(flock|close)\((\d+)/.exec(line) ?? [];
    if (name === 'flock') held += 1;
    if (name === 'close' && locks.delete(descriptor)) {
      held -= 1;
      return true;
    }
    if (name === 'close') return false;
    return held > 0 ? !HARMLESS.some(pattern => pattern.test(line)) : !PRIVATE.test(line);
  });
}

/** The system calls that a command makes from the taking of its lock on. */
export function callsUnderLock(parameters: readonly string[]): SystemCall[] {
  return callsFrom(/^flock\(/, parameters);
}

/**
 * The system calls that a command makes from the first on whose line in the trace matches.
 * @param program the name that it is called by
 */
export function callsFrom(
  start: RegExp,
  parameters: readonly string[],
  program = 'block-snapshot',
): SystemCall[] {
  const { calls, outcome } = traced(parameters, program);
  if (outcome.status !== 0)
    throw new Error(`${parameters.join(' ')}: exit ${outcome.status}: ${outcome.stderr}`);
  const first = calls.findIndex(call => start.test(call.line));
  if (first < 0) throw new Error(`${parameters.join(' ')} makes no system call that matches ${start}`);
  return calls.slice(first);
}

/** Runs a command. @returns all system calls that it makes, and what became of it */
export function traced(
  parameters: readonly string[],
  program = 'block-snapshot',
  environment: Record<string, string> = {},
): { calls: SystemCall[]; outcome: Outcome } {
  const outcome = run('strace', ['-qq', '-o', TRACE, executable(program), ...parameters], { environment });
  const counts = new Map<string, number>();
  const calls = readFileSync(TRACE, 'utf8')
    .split('\n')
    .flatMap(line => {
      const name = /^(\w+)\(/.exec(line)?.[1];
      if (name === undefined || name === CLOCK) return [];
      const occurrence = (counts.get(name) ?? 0) + 1;
      counts.set(name, occurrence);
      return [{ name, occurrence, line: line.slice(0, 200) }];
    });
  return { calls, outcome };
}

/** Runs a command and kills it as it enters a system call. @returns whether it was killed: it may make fewer this time */
export function runKilledAt(
  call: SystemCall,
  parameters: readonly string[],
  program = 'block-snapshot',
): boolean {
  const injection = `${call.name}:signal=KILL:when=${call.occurrence}`;
  const { status, stderr } = run('strace', [
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call.name}`,
    '-e',
    `inject=${injection}`,
    executable(program),
    ...parameters,
  ]);
  if (status === 0) return false;
  // strace ends as its program did: by the same signal, which is no exit status.
  if (status !== null && status !== 137)
    throw new Error(`${parameters.join(' ')}: exit ${status}: ${stderr}`);
  return true;
}
