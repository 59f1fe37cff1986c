import { setTimeout as pause } from 'node:timers/promises';
import { findDomain, requireDomain, tryVirsh, virsh, virshReason } from './virsh.ts';

/** Seconds that libvirt may take for a start or an end: its hooks wait for others that work on the same template. */
export const LONGEST_START = 300;

const PAUSE_MILLISECONDS = 500;

/** States (virsh domstate) in which a domain does not listen to a request to shut down. */
const DEAF = new Set(['paused', 'crashed', 'pmsuspended']);
const STOPPED = 'shut off';

/**
 * The state of a domain in virsh's words; "shut off" for one that libvirt has forgotten.
 * @throws Refusal
 */
export async function domainState(uuid: string, connect: string | undefined): Promise<string> {
  const result = await tryVirsh({ connect, args: ['domstate', '--domain', uuid] });
  if (result.exitCode === 0) return result.stdout.trim();
  // One that was never defined is gone when it stops; any other failure shows again here.
  const list = await virsh({ connect, args: ['list', '--all', '--uuid'], what: 'list' });
  if (!list.split('\n').some(line => line.trim() === uuid)) return STOPPED;
  return virsh({ connect, args: ['domstate', '--domain', uuid] });
}

/** Whether the domain runs, in whatever way. */
export async function isActive(uuid: string, connect: string | undefined): Promise<boolean> {
  return (await domainState(uuid, connect)) !== STOPPED;
}

export interface StartRequest {
  name: string;
  /** Where that is known already. */
  uuid: string | undefined;
  connect: string | undefined;
  paused: boolean;
}

/**
 * Starts a domain that libvirt knows.
 * @throws Refusal
 */
export async function startDomain({ name, uuid, connect, paused }: StartRequest): Promise<void> {
  const args = [
    'start',
    '--domain',
    uuid ?? (await requireDomain(name, connect)),
    ...(paused ? ['--paused'] : []),
  ];
  await virsh({ connect, args, what: `start ${name}`, limit: LONGEST_START });
}

export interface StopRequest {
  name: string;
  connect: string | undefined;
  /** Seconds that the domain has to shut down by itself. */
  timeout: number;
  /** Told that the wait has begun, and again and again how long it has taken, in seconds. */
  waiting: (seconds: number) => void;
}

/** How a domain came to its end; `reason` is why it had to be destroyed. */
export type Stop = { how: 'was not running' | 'shut down' } | { how: 'destroyed'; reason: string };

/**
 * Asks a domain to shut down, waits for it, and destroys it when it does not.
 * @throws Refusal
 */
export async function stopDomain(request: StopRequest): Promise<Stop> {
  const { name, connect } = request;
  const uuid = await requireDomain(name, connect);
  const state = await domainState(uuid, connect);
  if (state === STOPPED) return { how: 'was not running' };
  const reason = deafness(state, request.timeout) ?? (await shutDown(uuid, request));
  if (reason === undefined) return { how: 'shut down' };
  const result = await tryVirsh({ connect, args: ['destroy', '--domain', uuid], limit: LONGEST_START });
  if (result.exitCode === 0) return { how: 'destroyed', reason };
  // It may have stopped in this very moment.
  if ((await findDomain(name, connect)) === undefined || !(await isActive(uuid, connect)))
    return { how: 'shut down' };
  await virsh({
    connect,
    args: ['destroy', '--domain', uuid],
    what: `destroy ${name}`,
    limit: LONGEST_START,
  });
  return { how: 'destroyed', reason };
}

/** Why there is no use in asking; undefined where there is. */
function deafness(state: string, timeout: number): string | undefined {
  if (DEAF.has(state)) return `it is ${state}`;
  return timeout === 0 ? 'it was given no time to shut down' : undefined;
}

/** @returns undefined when it has shut down, else why it has not */
async function shutDown(
  uuid: string,
  { connect, timeout, waiting }: StopRequest,
): Promise<string | undefined> {
  const asked = await tryVirsh({ connect, args: ['shutdown', '--domain', uuid] });
  if (asked.exitCode !== 0) return virshReason(asked);
  const began = performance.now();
  const waited = () => (performance.now() - began) / 1000;
  for (;;) {
    waiting(Math.min(waited(), timeout));
    if (!(await isActive(uuid, connect))) return undefined;
    if (waited() >= timeout) return `it did not shut down within ${timeout} seconds`;
    await pause(PAUSE_MILLISECONDS);
  }
}
