// libvirt's hook with nothing to do, on this machine itself, against the start of a shell: a domain without our
// metadata goes by it several times at every start and stop. Exit status 1 when the bar is missed.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';
import { race } from './race.ts';

const ROUNDS = 60;
/** 2.5 ms where bash -c : takes 1.4. */
const BAR = 1.8;

/** A domain as libvirt describes it, of about so many KiB. */
function domain(kibibytes: number): string {
  const head =
    "<domain type='kvm' id='1'>\n  <name>vm</name>\n  <uuid>ffffffff-843c-4ff1-9e2b-86a30f2fa51b</uuid>\n";
  const line = "    <disk type='file' device='disk'><source file='/var/lib/images/disk.img'/></disk>\n";
  return `${head}${line.repeat(Math.round((kibibytes * 1024) / line.length))}</domain>\n`;
}

const small = domain(12);
const large = domain(1024);
const calls: { name: string; program: string; parameters: string[]; input: string; barred: boolean }[] = [
  {
    name: 'block-snapshot --version',
    program: 'block-snapshot',
    parameters: ['--version'],
    input: small,
    barred: false,
  },
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

console.log(`libvirt's hook with nothing to do, in turn, medians of ${ROUNDS}:`);
const bash = ['/bin/bash', '-c', ':'];
for (const { name, program, parameters, input, barred } of calls) {
  const command = [join(PROJECT, 'dist', program), ...parameters];
  const { status } = spawnSync(command[0] ?? '', command.slice(1), {
    input,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${name}: exit ${status}`);
  const [ours, start] = race(ROUNDS, input, [command, bash]).map(({ milliseconds }) => milliseconds);
  const ratio = (ours ?? 0) / (start ?? 1);
  const missed = barred && ratio > BAR;
  if (missed) process.exitCode = 1;
  console.log(
    `  ${name.padEnd(44)}${(ours ?? 0).toFixed(2).padStart(8)} ms   ${ratio.toFixed(2)} times bash -c :` +
      `${missed ? `: MISSED (at most ${BAR})` : ''}`,
  );
}
