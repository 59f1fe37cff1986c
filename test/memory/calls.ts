// Calls each function of the addon with arguments that are not what it takes, in a process that ends at the first access to
// memory that is not right: calls.js SCRATCH files|kernel CALLS
//   SCRATCH  a folder, with sockets.pl at work in it; the call that is under way is written down in SCRATCH/call
//   files    the functions that need no device-mapper, or (kernel) those that do
//   CALLS    how many calls of each function are made to see that nothing grows; 0 for one with each argument alone
// Prints a Report a line.
import { openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isSystemError, type SystemError } from '../../src/native/system-error.ts';
import { PROJECT } from '../unit/executable.ts';
import { FROM_ARGUMENT, type Outcome } from './arguments.ts';
import { FUNCTIONS, type Functions, type Tried } from './functions.ts';
import { KERNEL_FUNCTIONS } from './kernel-functions.ts';
import { kernel, SCRATCH, takeBack } from './scratch.ts';

/** A line on standard output: the functions that there are, and then what became of each that was called. */
export type Report =
  | { tried: string[]; exported: string[] }
  | { name: string; calls: number; wrong: string[]; grown: number[] | null; leftOpen: number };

interface Call {
  name: string;
  values: () => unknown[];
  outcomes: readonly Outcome[];
}

const tried: Functions = process.argv[3] === 'kernel' ? KERNEL_FUNCTIONS : FUNCTIONS;
const calls = Number(process.argv[4]);
const functions = kernel as unknown as Record<string, (...values: unknown[]) => unknown>;
const underWay = openSync(join(SCRATCH, 'call'), 'w');
process.chdir(SCRATCH);
// Half a million errors are made, and nobody asks where.
Error.stackTraceLimit = 0;

/** Every call that is tried: as it should be, with too little, and with each argument in turn another. */
function callsOf({ takes, cannot }: Tried): Call[] {
  const right: readonly Outcome[] = cannot === undefined ? ['answers'] : ['answers', cannot];
  return [
    {
      name: 'all as they should be',
      values: () => takes.map(argument => argument.good()),
      outcomes: right,
    },
    {
      name: 'more than it takes',
      values: () => [...takes.map(argument => argument.good()), 0n],
      outcomes: right,
    },
    ...takes.map((_, count) => ({
      name: `no more than ${count}`,
      values: () => takes.slice(0, count).map(argument => argument.good()),
      outcomes: ['wrong type'] as const,
    })),
    ...takes.flatMap((argument, place) =>
      argument.hostile.map(({ name, make, outcomes }) => ({
        name: `argument ${place + 1} ${name}`,
        // The one in question last: the others may open files.
        values: () => {
          const values = takes.map((other, at) => (at === place ? undefined : other.good()));
          values[place] = make();
          return values;
        },
        outcomes,
      })),
    ),
  ];
}

/** What it came to, as an Outcome, or in words what it came to that none of them is. */
function outcomeOf(name: string, values: unknown[], after: Tried['after']): string {
  let answer: unknown;
  try {
    answer = functions[name]?.(...values);
  } catch (error) {
    if (!(error instanceof Error)) return `threw what is no Error: ${String(error)}`;
    if (error.message === FROM_ARGUMENT) return 'thrown by the argument';
    if (error instanceof TypeError && /^addon: (too few arguments|expected [a-z ]+)$/.test(error.message))
      return 'wrong type';
    return isSystemError(error) && isWhole(error) ? error.code : `threw an error of no known form: ${error}`;
  }
  after?.(answer);
  return 'answers';
}

/** Whether it has all that a SystemError has. */
function isWhole(error: SystemError): boolean {
  return (
    /^E[A-Z0-9]+$/.test(error.code) &&
    error.operation.length > 0 &&
    typeof error.argument === 'string' &&
    typeof error.detail === 'string' &&
    error.message.startsWith(`${error.operation} ${error.argument}`.slice(0, 100))
  );
}

function isRight(outcome: string, outcomes: readonly Outcome[]): boolean {
  return (
    outcomes.includes(outcome as Outcome) || (outcomes.includes('an error') && /^E[A-Z0-9]+$/.test(outcome))
  );
}

function make(name: string, call: Call, after: Tried['after']): string {
  try {
    return outcomeOf(name, call.values(), after);
  } finally {
    takeBack();
  }
}

const allocated = { exports: {} as { allocatedBytes: () => number } };
process.dlopen(allocated, join(PROJECT, 'dist/sanitized/allocated.node'));

/** What is on the heap when all that JavaScript has let go is gone from there: buffers go some time after their objects. */
async function bytesAtRest(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let unchanged = 0; unchanged < 2; unchanged++) {
    (globalThis as { gc?: () => void }).gc?.();
    await setImmediate();
    const now = allocated.exports.allocatedBytes();
    if (now < least) {
      least = now;
      unchanged = 0;
    }
  }
  return least;
}

const SERIES = 2;
const MOST_SERIES = 12;

/**
 * Whether every series of the same calls leaves something on the heap: what the runtime keeps for itself comes and goes.
 * @param rounds how often all calls are made at least
 * @returns bytes that each series left; undefined where two of them left less than eight bytes a round
 */
async function growth(callAll: () => void, rounds: number): Promise<number[] | undefined> {
  const grown: number[] = [];
  const each = Math.ceil(rounds / SERIES);
  const isCalm = () => grown.filter(bytes => bytes < 8 * each).length >= 2;
  callAll();
  let before = await bytesAtRest();
  while (grown.length < SERIES || (grown.length < MOST_SERIES && !isCalm())) {
    for (let round = 0; round < each; round++) callAll();
    const now = await bytesAtRest();
    grown.push(now - before);
    before = now;
  }
  return isCalm() ? undefined : grown;
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;

function report(line: Report): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

report({
  tried: [...Object.keys(FUNCTIONS), ...Object.keys(KERNEL_FUNCTIONS)].sort(),
  exported: Object.keys(kernel)
    .filter(name => typeof functions[name] === 'function')
    .sort(),
});

for (const [name, { after, ...called }] of Object.entries(tried)) {
  const all = callsOf(called);
  const wrong = all.flatMap(call => {
    writeSync(underWay, `${name}: ${call.name}`.padEnd(200), 0);
    const outcome = make(name, call, after);
    return isRight(outcome, call.outcomes)
      ? []
      : [`${call.name}: ${outcome}, not ${call.outcomes.join(', ')}`];
  });
  // From now on: libdevmapper keeps what it opens at its first call.
  const open = openDescriptors();
  const callAll = () => {
    for (const call of all) make(name, call, after);
  };
  const grown = calls > 0 ? await growth(callAll, Math.ceil(calls / all.length)) : undefined;
  report({ name, calls: all.length, wrong, grown: grown ?? null, leftOpen: openDescriptors() - open });
}
