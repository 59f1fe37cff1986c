import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

/** Runs a command and stops it as it enters a system call. */
export async function stopAt(call: SystemCall, parameters: readonly string[]): Promise<Stopped> {
  const injection = `inject=${call.name}:signal=STOP:when=${call.occurrence}`;
  const strace = spawn(
    'strace',
    ['-qq', '-o', '/dev/null', '-e', `trace=${call.name}`, '-e', injection, executable(), ...parameters],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const outcome: Outcome = { status: null, stdout: '', stderr: '' };
  let hasEnded = false;
  strace.stdout.on('data', text => {
    outcome.stdout += text;
  });
  strace.stderr.on('data', text => {
    outcome.stderr += text;
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    strace.on('error', reject);
    strace.on('close', status => {
      hasEnded = true;
      resolve({ ...outcome, status });
    });
  });
  let stopped: number | undefined;
  while (!hasEnded && stopped === undefined) {
    await pause(10);
    stopped = childrenOf(strace.pid).find(isStopped);
  }
  return {
    stands: stopped !== undefined,
    goOn: () => {
      if (stopped !== undefined) process.kill(stopped, 'SIGCONT');
      return ended;
    },
  };
}

function childrenOf(process: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${process}/task/${process}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** Stopped by a signal: a traced process that stands still between two steps of its tracer is so for no time. */
function isStopped(process: number): boolean {
  try {
    return /^State:\s+[Tt] /m.test(readFileSync(`/proc/${process}/status`, 'utf8')) && isInGroupStop(process);
  } catch {
    return false;
  }
}

/** Twice in a row at the same call: strace lets go on what it only looks at. */
function isInGroupStop(process: number): boolean {
  const switches = () =>
    readFileSync(`/proc/${process}/status`, 'utf8').match(/^voluntary_ctxt_switches:\s+(\d+)/m)?.[1];
  const before = switches();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  return before === switches();
}
