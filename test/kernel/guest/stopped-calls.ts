import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, watch } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { executable, type Outcome } from './programs.ts';
import type { SystemCall } from './system-calls.ts';

/** A command that stands still at one of its system calls, or has ended without it. */
export interface Stopped {
  /** Whether it stands still: it may make fewer calls this time. */
  stands: boolean;
  /** Lets it go on. @returns what became of it */
  goOn(): Promise<Outcome>;
}

/** How a command is called, where it is not block-snapshot in this process's own environment. */
export interface Call {
  program?: string;
  environment?: Record<string, string>;
}

const TRACE = '/run/lab/stopped-trace';

/** Longer than any wait of a command lasts, in milliseconds. */
const LIMIT = 90_000;

/** Runs a command and stops it as it enters a system call. */
export function stopAt(call: SystemCall, parameters: readonly string[], how: Call = {}): Promise<Stopped> {
  return signalAt(call, 'STOP', parameters, how);
}

/**
 * The command is a job of its own, as in a terminal: in a group of processes without a parent the kernel takes no stop from
 * there for one. Not by a shell's job control: now and then (1 of 100) bash never comes back from its wait for a job that was
 * continued.
 */
const AS_JOB = [
  'defined(my $child = fork) or die "fork: $!";',
  'if ($child == 0) { setpgrp; exec @ARGV or die "$ARGV[0]: $!" }',
  'waitpid $child, 0;',
  'exit($? & 127 ? 128 + ($? & 127) : $? >> 8);',
].join(' ');

/**
 * Runs a command that gets a signal as it enters a system call.
 * @param signal its name without SIG, or its number
 * @returns when it stands still because of that, or has ended
 */
export async function signalAt(
  call: SystemCall,
  signal: string,
  parameters: readonly string[],
  { program = 'block-snapshot', environment = {} }: Call = {},
): Promise<Stopped> {
  closeSync(openSync(TRACE, 'w'));
  const injection = `inject=${call.name}:signal=${signal}:when=${call.occurrence}`;
  const options = ['-qq', '-o', TRACE, '-e', `trace=${call.name}`, '-e', injection];
  const job = spawn('perl', ['-e', AS_JOB, 'strace', ...options, executable(program), ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const ended = outcomeOf(job);
  const watcher = watch(TRACE);
  const stands = await new Promise<boolean>(resolve => {
    const look = () => {
      if (readFileSync(TRACE, 'utf8').includes('--- stopped by SIG')) resolve(true);
    };
    watcher.on('change', look);
    look();
    ended.then(
      () => resolve(false),
      () => resolve(false),
    );
  });
  watcher.close();
  return {
    stands,
    goOn: () => {
      if (stands) for (const traced of childrenOf(childrenOf(job.pid)[0])) process.kill(traced, 'SIGCONT');
      return ended;
    },
  };
}

/** A command that runs through, or waits for something by the clock. */
export interface Running {
  /** Comes when it has ended, or waits. */
  hasNothingToDo: Promise<'ended' | 'waits'>;
  ended: Promise<Outcome>;
}

/** Runs a command beside one that stands still. */
export function runBeside(
  parameters: readonly string[],
  { program = 'block-snapshot', environment = {} }: Call = {},
): Running {
  const child = spawn(executable(program), parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const ended = outcomeOf(child);
  const waits = async () => {
    // There is no event for this: its main thread is looked at.
    while (child.exitCode === null && child.signalCode === null && !isWaiting(child.pid)) await pause(20);
    return 'waits' as const;
  };
  return { ended, hasNothingToDo: Promise.race([ended.then(() => 'ended' as const), waits()]) };
}

/** Whether a process sleeps for a time, or for a lock or a lease that another has. */
function isWaiting(process: number | undefined): boolean {
  try {
    return /nanosleep|ep_poll|do_epoll_wait|break_lease|flock/.test(
      readFileSync(`/proc/${process}/stack`, 'utf8'),
    );
  } catch {
    return false;
  }
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const outcome: Outcome = { status: null, stdout: '', stderr: '' };
  child.stdout?.on('data', text => {
    outcome.stdout += text;
  });
  child.stderr?.on('data', text => {
    outcome.stderr += text;
  });
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      reject(
        new Error(`${child.spawnargs.join(' ')} has not ended within ${LIMIT / 1000} s: ${outcome.stderr}`),
      );
    }, LIMIT);
    child.on('error', reject);
    child.on('close', status => {
      clearTimeout(limit);
      resolve({ ...outcome, status });
    });
  });
}

function childrenOf(process: number | undefined): number[] {
  return readFileSync(`/proc/${process}/task/${process}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);
}
