// The same code as the executable's, called in this process as often as is wanted: with a call's own name, parameters, environment,
// clock and terminal in the place of the process's.
import { CONFIGURATION_FILE, configuration, readConfiguration } from '../../../src/devices/configuration.ts';
import type { Host } from '../../../src/host/face.ts';
import { host } from '../../../src/host/host.ts';
import { replaceAddon } from '../../../src/native/addon.ts';
import { kernel, type Outcome } from '../../kernel/guest/programs.ts';
import type { Call } from './calls.ts';

// What the build writes into the executables.
Object.assign(globalThis, { BUILD_VERSION: 'chaos' });
const { runToItsEnd } = await import('../../../src/programs/block-snapshot/run.ts');
const { runOther } = await import('../../../src/programs/block-snapshot/others.ts');

// Nobody watches.
process.stderr.isTTY = false;

let spoken = { stdout: '', stderr: '' };
let given = '';

const STREAMS: Readonly<Record<number, keyof typeof spoken>> = { 1: 'stdout', 2: 'stderr' };

function hear(descriptor: number, text: string): void {
  const stream = STREAMS[descriptor];
  if (stream === undefined) kernel.writeText(descriptor, text);
  else spoken[stream] += text;
}

const listening = {
  ...kernel,
  writeText: hear,
  writeAnswer: hear,
  isTerminal: () => false,
  readInput: (_descriptor: number, longest: number, text: string) =>
    given.includes(text) ? new Uint8Array(Buffer.from(given).subarray(0, longest)) : null,
};

/** Runs a call to its end. Nothing of it is remembered by the next, but for warnings that were given, which come once. */
export async function runHere({ program, parameters, environment = {}, input = '' }: Call): Promise<Outcome> {
  replaceAddon(listening);
  // A process reads it once.
  Object.assign(configuration(), readConfiguration(CONFIGURATION_FILE));
  spoken = { stdout: '', stderr: '' };
  given = input;
  const begun = performance.now();
  let status = 0;
  const call: Partial<Host> = {
    calledBy: program,
    parameters,
    environment: name => environment[name] ?? process.env[name],
    elapsed: () => performance.now() - begun,
    setExitStatus: value => {
      status = value;
    },
  };
  Object.assign(host, call);
  await runToItsEnd(runOther);
  // What a command that was refused leaves to the end of its process.
  process.removeAllListeners('SIGINT');
  return { status, ...spoken };
}
