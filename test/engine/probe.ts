import { host } from '../../src/host/host.ts';
import { addon } from '../../src/native/addon.ts';
import { allCalls } from './calls.ts';
import { type DeviceSurroundings, deviceCalls } from './device-calls.ts';
import { outcomeOf } from './outcome.ts';

// What is run on the engine itself, in a program like the real one: the last parameter is a folder for its files. In the lab it
// is `devices` and what there is for them, in JSON; or `Math`, and the name of one of its functions, to call that alone.

/** A text that would be code, given to everything that makes code out of text. */
const CODE = 'return 1';

const languageCalls = () => ({
  makers: ['eval', 'Function'].filter(name => name in globalThis),
  'by a function': outcomeOf(() => (() => 1).constructor(CODE)),
  'by an asynchronous one': outcomeOf(() => (async () => 1).constructor(CODE)),
  'by a generator': outcomeOf(() =>
    function* () {
      yield 1;
    }.constructor(CODE),
  ),
  'too deep': outcomeOf(() => deeper(0)),
  'too much': outcomeOf(() => {
    const kept: Uint8Array[] = [];
    for (;;) kept.push(new Uint8Array(64 * 1024 * 1024));
  }),
  'alive afterwards': 'x'.repeat(1024 * 1024).length,
});

function deeper(depth: number): number {
  return 1 + deeper(depth + 1);
}

const { runtime, parameters } = host;
const [what, last = ''] = parameters.slice(-2);
if (what === 'Math') (Math as unknown as Record<string, (...numbers: number[]) => number>)[last]?.(0.5, 0.5);
const report =
  what === 'devices'
    ? Object.fromEntries(deviceCalls(JSON.parse(last) as DeviceSurroundings))
    : { runtime, language: languageCalls(), calls: allCalls(last) };
addon().writeText(1, JSON.stringify(report));
