import { readFileSync } from 'node:fs';
import type { Value } from '../../src/jinja/index.ts';
import { machineOf } from './sample-machine.ts';

/** A virtual machine with what the sample templates use of it, made from test/jinja/data/vm.json. */
export function sampleVm(): Value {
  return machineOf(JSON.parse(readFileSync(dataFile('vm.json'), 'utf8')));
}

/** The path of a file of test data; the tests run from build/. */
export function dataFile(name: string): URL {
  return new URL(`../../../test/jinja/data/${name}`, import.meta.url);
}
