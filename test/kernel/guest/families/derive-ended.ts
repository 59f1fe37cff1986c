// derive that is ended in the middle, by a kill or an error: there is nothing, or a whole one.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import type { Test } from 'tap';
import { errorOf, runFailingAt } from '../failing-calls.ts';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { heldLocks, leftovers } from '../state.ts';
import { areEnough, callsFrom, distinctWorlds, runKilledAt, type SystemCall } from '../system-calls.ts';
import { deriveHere } from './in-process.ts';
import { checkSharing, newTemplate, SAMPLED } from './sharing-filesystem.ts';

/** What is before it changes nothing. */
const NAMELESS = /O_TMPFILE/;

/**
 * Ends a derive at each of its calls.
 * @param options of the command
 */
function sweep(
  test: Test,
  point: string,
  options: readonly string[],
  end: (call: SystemCall, command: string[]) => boolean,
  chosen: (calls: readonly SystemCall[]) => readonly SystemCall[],
): void {
  const parent = makeImage(newTemplate(point, `parent${options.join('')}`), MEBIBYTE, 'random');
  const hash = hashOf(parent);
  const folder = `${point}/child${options.join('')}`;
  const command = ['derive', parent, folder, ...options];
  // The first one makes the lock of the parent, which those that follow find.
  deriveHere(parent, folder);
  rmSync(folder, { recursive: true });
  const calls = chosen(callsFrom(NAMELESS, command));
  const ended = new Set<SystemCall>();
  for (const call of calls) {
    rmSync(folder, { recursive: true });
    if (end(call, command)) ended.add(call);
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    // Where its attribute could not be set, what it was derived from is said beside.
    const whole =
      names[0] === 'root.img' &&
      names.every(name => ['root.img', 'root.img.derived-label'].includes(name)) &&
      hashOf(`${folder}/root.img`) === hash;
    if (!whole && names.length > 0) test.fail(`${call.line}: ${names} are left`);
    if (heldLocks().length > 0) test.fail(`${call.line}: a lock is held`);
    if (!whole) deriveHere(parent, folder);
    if (hashOf(`${folder}/root.img`) !== hash) test.fail(`${call.line}: the next one does not make it`);
  }
  test.equal(hashOf(parent), hash);
  test.ok(areEnough(ended, calls), `${ended.size} of ${calls.length} were ended`);
  test.same(
    leftovers().filter(line => !line.endsWith('filesystem.img')),
    [],
  );
}

checkSharing(
  'killed at each of its system calls, it leaves nothing, or a whole template',
  (test, point) => {
    sweep(test, point, [], runKilledAt, distinctWorlds);
  },
  SAMPLED,
);

checkSharing(
  'a copy that is killed leaves nothing, or a whole template',
  (test, point) => {
    // From where it differs: what was copied so far has no name.
    const copying = (calls: readonly SystemCall[]) =>
      distinctWorlds(calls).filter(({ line }) =>
        /^(pwrite64|ftruncate|linkat|fsync|mkdir|setxattr|fchmod)/.test(line),
      );
    sweep(test, point, ['--copy'], runKilledAt, copying);
  },
  SAMPLED,
);

checkSharing(
  'where any of its system calls fails, it leaves nothing, or a whole template',
  (test, point) => {
    const failing = (calls: readonly SystemCall[]) =>
      calls.filter(
        call =>
          errorOf(call) !== undefined &&
          /^(ioctl\(\d+, FI|openat|linkat|fsync|mkdir|setxattr|fchmod|fchown|flock|ftruncate|pwrite64)/.test(
            call.line,
          ),
      );
    const fail = (call: SystemCall, command: string[]) => {
      const { reached, ended } = runFailingAt(call, 'once', command);
      if (!ended) test.fail(`${call.line}: it does not end`);
      return reached;
    };
    sweep(test, point, [], fail, failing);
  },
  SAMPLED,
);
