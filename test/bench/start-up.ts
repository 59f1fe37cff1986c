// Start-up on this machine itself: what a call costs before it has done anything, against what nobody can go below.

import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';
import { emptyProgram, race } from './race.ts';

const ROUNDS = 200;
const SMALL = join(PROJECT, 'dist/block-snapshot');
const LARGER = join(PROJECT, 'dist/block-snapshot-tools');
const EARLY = ['prepare', 'snapshot', '/missing:/missing'];

const programs: [string, string[]][] = [
  ['an empty C program with libdevmapper', [emptyProgram()]],
  ['bash -c :', ['/bin/bash', '-c', ':']],
  ['block-snapshot, base missing', [SMALL, ...EARLY]],
  ['block-snapshot --version', [SMALL, '--version']],
  ['the same on Bun, base missing', [LARGER, ...EARLY]],
  ['handed over: revisions, template missing', [SMALL, 'revisions', '/missing']],
  ['the same without: block-snapshot-tools', [LARGER, 'revisions', '/missing']],
  ['node -e 0', [process.execPath, '-e', '0']],
];
const laps = race(
  ROUNDS,
  '',
  programs.map(([, command]) => command),
);

console.log(`On this machine itself, in turn, medians of ${ROUNDS}, and the least:`);
for (const [number, [name]] of programs.entries()) {
  const { milliseconds = 0, least = 0, pageFaults = 0, largestResident = 0 } = laps[number] ?? {};
  console.log(
    `  ${name.padEnd(44)}${milliseconds.toFixed(2).padStart(8)} ms${least.toFixed(2).padStart(8)}` +
      `${String(pageFaults).padStart(7)} page faults${(largestResident / 1024).toFixed(1).padStart(7)} MiB`,
  );
}
for (const kind of ['milliseconds', 'least'] as const) {
  const [floor, bash, early] = laps.map(lap => lap[kind]);
  console.log(
    `  base missing: ${ratio(early, bash)} times bash -c :, ${ratio(early, floor)} times the empty program` +
      ` (by the ${kind === 'least' ? 'least' : 'medians'}; at most 1.3 and 1.6)`,
  );
}
for (const [name, program] of [
  ['block-snapshot', SMALL],
  ['block-snapshot-tools', LARGER],
] as const) {
  const calls = systemCalls(program);
  const opened = calls.filter(line => /^open(at)?\(.*= \d/.test(line)).length;
  const size = (statSync(program).size / 1e6).toFixed(1);
  console.log(`  ${name}: ${size} MB, ${calls.length} system calls, ${opened} files opened`);
}
coldCalls();

function ratio(one = 0, other = Number.NaN): string {
  return (one / other).toFixed(2);
}

/** Of a call that fails early, a line each. */
function systemCalls(program: string): string[] {
  const { stderr } = spawnSync('strace', ['-f', program, ...EARLY], { encoding: 'utf8', cwd: '/' });
  return stderr.split('\n').filter(line => /^(\[pid +\d+\] )?\w+\(/.test(line));
}

/** The first call after the page cache was dropped, where this may be done: how much it has to read. */
function coldCalls(): void {
  for (const [name, program] of [
    ['block-snapshot', SMALL],
    ['block-snapshot-tools', LARGER],
  ] as const) {
    try {
      spawnSync('sync');
      writeFileSync('/proc/sys/vm/drop_caches', '3');
    } catch {
      console.log('  the first call: the page cache can be dropped by root alone');
      return;
    }
    const before = readBytes();
    const started = process.hrtime.bigint();
    spawnSync(program, EARLY, { stdio: 'ignore', cwd: '/' });
    const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
    const read = ((readBytes() - before) / 1e6).toFixed(1);
    console.log(
      `  ${name}, the first call after dropping the page cache: ${milliseconds.toFixed(0)} ms, ${read} MB read`,
    );
  }
}

/** What this machine's disks have read since it was started, in bytes. */
function readBytes(): number {
  const pages = /^pgpgin (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1];
  return Number(pages) * 1024;
}
