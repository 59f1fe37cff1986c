// Kills a command on a disk that is a clone at every system call from the taking of its locks on, and looks at what is left.
//   reflink-kills.js [SCENARIO...]: those on XFS, conversions at each third call; without any, all on XFS and btrfs, at each
import { rmSync } from 'node:fs';
import t from 'tap';
import { xenstored } from './hotplug/surroundings.ts';
import { attempt, SCENARIOS } from './reflink/scenarios.ts';
import { BOTH } from './reflink/world.ts';
import { areEnough, callsFrom, distinctWorlds, runKilledAt, type SystemCall } from './system-calls.ts';

const [, , ...wanted] = process.argv;
const isFull = wanted.length === 0;

t.setTimeout(0);

function sweep(filesystem: string, wanted: string): void {
  const scenario = SCENARIOS[wanted];
  if (scenario === undefined) throw new Error(`no scenario ${wanted}`);
  t.test(`${filesystem}: ${wanted}, killed at system calls`, async test => {
    let calls: SystemCall[] = [];
    await attempt(test, 'not killed', filesystem, scenario, parameters => {
      const all = callsFrom(scenario.from, parameters, scenario.program);
      calls = scenario.chosen?.(all).filter((_, index) => isFull || index % 3 === 0) ?? distinctWorlds(all);
    });
    const killed = new Set<SystemCall>();
    for (const [index, call] of calls.entries())
      await attempt(
        test,
        `${index + 1} of ${calls.length}, ${call.line.slice(0, 70)}`,
        filesystem,
        scenario,
        parameters => {
          if (runKilledAt(call, parameters, scenario.program)) killed.add(call);
        },
      );
    test.ok(areEnough(killed, calls), `${killed.size} of ${calls.length} were killed`);
  });
}

for (const one of isFull ? Object.keys(SCENARIOS) : wanted)
  for (const filesystem of isFull ? BOTH : ['XFS']) sweep(filesystem, one);

process.once('beforeExit', () => {
  xenstored.stop();
  rmSync('/run/lab/trace', { force: true });
});
