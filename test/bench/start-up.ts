// Start-up on this machine itself: what a call costs before it has done anything.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';
import { figure, median } from './timing.ts';

const ROUNDS = 60;

const programs: [string, string, string[]][] = [
  [
    'block-snapshot, base missing',
    join(PROJECT, 'dist/block-snapshot'),
    ['prepare', 'snapshot', '/missing:/missing'],
  ],
  ['block-snapshot --version', join(PROJECT, 'dist/block-snapshot'), ['--version']],
  ['node -e 0', process.execPath, ['-e', '0']],
  ['bash -c :', '/bin/bash', ['-c', ':']],
];

const times = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++)
  for (const [name, program, parameters] of programs) {
    const started = process.hrtime.bigint();
    spawnSync(program, parameters, { stdio: 'ignore', cwd: '/' });
    times.set(name, [...(times.get(name) ?? []), Number(process.hrtime.bigint() - started) / 1e6]);
  }

console.log(`On this machine itself, medians of ${ROUNDS}:`);
for (const [name, values] of times) console.log(figure(name, median(values)));
const early = median(times.get('block-snapshot, base missing') ?? []);
const node = median(times.get('node -e 0') ?? []);
console.log(
  `  ${'early failure, part of node -e 0'.padEnd(44)}${`1/${(node / early).toFixed(1)}`.padStart(8)}`,
);
