// libvirt's hook with nothing to do, on this machine itself, against the executable's own start-up: a domain without our
// metadata goes by it several times at every start and stop. Exit status 1 when the bar is missed.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';
import { median } from './timing.ts';

const ROUNDS = 60;
const BAR = 1.5;

/** A domain as libvirt describes it, of about so many KiB. */
function domain(kibibytes: number): string {
  const head =
    "<domain type='kvm' id='1'>\n  <name>vm</name>\n  <uuid>ffffffff-843c-4ff1-9e2b-86a30f2fa51b</uuid>\n";
  const line = "    <disk type='file' device='disk'><source file='/var/lib/images/disk.img'/></disk>\n";
  return `${head}${line.repeat(Math.round((kibibytes * 1024) / line.length))}</domain>\n`;
}

const small = domain(12);
const large = domain(1024);
const START_UP = 'start-up: block-snapshot --version';
const calls: { name: string; program: string; parameters: string[]; input: string; barred: boolean }[] = [
  { name: START_UP, program: 'block-snapshot', parameters: ['--version'], input: small, barred: false },
  ...[
    { name: 'start begin, 12 KiB of XML', operation: 'start begin', input: small, barred: true },
    { name: 'reconnect begin, 12 KiB', operation: 'reconnect begin', input: small, barred: true },
    {
      name: 'prepare begin without metadata, 12 KiB',
      operation: 'prepare begin',
      input: small,
      barred: true,
    },
    { name: 'release end without records, 12 KiB', operation: 'release end', input: small, barred: true },
    { name: 'prepare begin without metadata, 1 MiB', operation: 'prepare begin', input: large, barred: true },
    { name: 'release end without records, 1 MiB', operation: 'release end', input: large, barred: true },
  ].map(({ operation, ...rest }) => ({
    ...rest,
    program: 'block-snapshot-qemu',
    parameters: ['vm', ...operation.split(' '), '-'],
  })),
];

const times = new Map<string, number[]>(calls.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const { name, program, parameters, input } of calls) {
    const started = process.hrtime.bigint();
    const { status } = spawnSync(join(PROJECT, 'dist', program), parameters, {
      input,
      stdio: ['pipe', 'ignore', 'inherit'],
      cwd: '/',
    });
    times.get(name)?.push(Number(process.hrtime.bigint() - started) / 1e6);
    if (status !== 0) throw new Error(`${name}: exit ${status}`);
  }

console.log(`libvirt's hook with nothing to do, medians of ${ROUNDS}:`);
const startUp = median(times.get(START_UP) ?? []);
for (const { name, barred } of calls) {
  const milliseconds = median(times.get(name) ?? []);
  const ratio = milliseconds / startUp;
  const missed = barred && ratio > BAR;
  if (missed) process.exitCode = 1;
  console.log(
    `  ${name.padEnd(44)}${milliseconds.toFixed(1).padStart(8)} ms   ${ratio.toFixed(2)} times the start-up` +
      `${missed ? `: MISSED (at most ${BAR})` : ''}`,
  );
}
