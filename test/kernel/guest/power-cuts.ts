// Cuts the power: a command is killed at a system call, and its filesystem goes as it does without power, what nobody has
// synced with it. After the next boot no byte is wrong, and what a command has said that it has done is done.
//   power-cuts.js [full [COMMAND…]]
// Without `full` after calls that change names, and at the beginning and the end, on each filesystem in one of two ways. COMMAND is the beginning of a command's name.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { FILESYSTEMS, type Mounted } from './filesystems/mounts.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { newFolder, type Template } from './images.ts';
import { planMessage, unplannedMessages } from './kernel-log.ts';
import { commitHere } from './life/in-process.ts';
import { executable, must, run } from './programs.ts';
import { deviceNames, heldLocks, leftovers, takeAllDown } from './state.ts';
import { FAILING_COMMANDS, type FailingCommand } from './sweeps/failing-commands.ts';
import { onTemplate } from './sweeps/on-template.ts';
import { callsFrom, runKilledAt, type SystemCall } from './system-calls.ts';

const [mode, ...wanted] = process.argv.slice(2);
const isFull = mode === 'full';

/** Those that change what is on disk, and what is there once one of them has said that it is done. */
const COMMANDS: Record<string, (template: Template) => boolean> = {
  'prepare of two layers': ({ rootCow }) => existsSync(rootCow),
  'prepare of an origin': () => true,
  'cleanup of an origin': () => true,
  commit: ({ root }) => !commitHere(root).committed,
  revert: ({ rootCow }) => !existsSync(`${rootCow}.reverting`),
  'a revert that goes on': ({ rootCow }) => !existsSync(`${rootCow}.reverting`),
};

/**
 * What becomes of what only the filesystem's log knows: it is on disk where something else had it flushed just then. Bytes of
 * files that nobody has synced are gone in both.
 */
const CUTS = { 'the log is lost': [], 'the log is on disk': ['-f'] };
type Cut = keyof typeof CUTS;

for (const pattern of [
  '^XFS \\(loop',
  '^EXT4-fs',
  '^Aborting journal on device loop',
  '^loop: Write error',
  '^JBD2: ',
])
  planMessage(pattern);

let boots = 0;
const BOOT = '/proc/sys/kernel/random/boot_id';

/** Another boot, for whoever asks the kernel for its number. */
function nextBoot(): void {
  boots += 1;
  const file = '/run/lab/boot-id';
  if (boots > 1) must('umount', BOOT);
  writeFileSync(file, `00000000-0000-4000-8000-${String(boots).padStart(12, '0')}\n`);
  must('mount', '--bind', file, BOOT);
}

/** A filesystem that can lose its power. */
interface Powered extends Mounted {
  /** Without power and with it again: devices, claims and locks are gone. */
  cut(how: Cut): void;
}

function powered(name: string): Powered {
  const kind = FILESYSTEMS.find(one => one.name === name);
  if (kind === undefined) throw new Error(`no filesystem ${name}`);
  const folder = newFolder();
  const { point, unmount } = kind.mount(folder);
  return {
    point,
    unmount,
    cut: how => {
      must('xfs_io', '-x', '-c', ['shutdown', ...CUTS[how]].join(' '), point);
      takeAllDown();
      must('umount', point);
      rmSync('/run/block-snapshot', { recursive: true });
      must('mount', '-o', 'loop', `${folder}/filesystem.img`, point);
      nextBoot();
    },
  };
}

const counts = { runs: 0, cuts: 0 };

async function attempt(
  test: Test,
  name: string,
  title: string,
  place: Powered,
  how: Cut,
  act: (command: FailingCommand, template: Template) => boolean,
): Promise<void> {
  const command = FAILING_COMMANDS[title] as FailingCommand;
  const folder = `${place.point}/${counts.runs}`;
  counts.runs += 1;
  mkdirSync(folder);
  await onTemplate(
    test,
    name,
    async template => {
      must('sync', '-f', place.point);
      command.before(template);
      const done = act(command, template);
      place.cut(how);
      counts.cuts += 1;
      if (done) test.ok(COMMANDS[title]?.(template), `${name}: what was said to be done is done`);
      await command.after(test, name, template, done);
      test.same([...deviceNames(), ...heldLocks(), ...unplannedMessages()], [], `${name}: nothing is left`);
    },
    folder,
  );
}

/** Calls that change names, and those that change what is on disk or what becomes of it without power. */
const NAMES = /^(?:rename(?:at2?)?|link(?:at)?|unlink(?:at)?)\(/;
const CHANGES =
  /^(?:openat\(.*O_CREAT|(?:p?write(?:64)?|fsync|f?(?:set|remove)xattr|fallocate|ftruncate|fchown|fchmod)\(|ioctl\(\d+, (?:DM_TABLE_LOAD|DM_DEV_SUSPEND|DM_DEV_REMOVE|LOOP_))/;

/** The moments at which the power is cut: before all, once the command has made such a call, and when it has ended. */
function momentsOf(calls: readonly SystemCall[]): (SystemCall | undefined)[] {
  const counts = (line = '') => NAMES.test(line) || (isFull && CHANGES.test(line));
  return [...calls.filter((_, index) => index === 0 || counts(calls[index - 1]?.line)), undefined];
}

t.setTimeout(0);
for (const [number, name] of ['ext4', 'XFS'].entries()) {
  const place = powered(name);
  for (const title of Object.keys(COMMANDS)) {
    if (wanted.length > 0 && !wanted.some(part => title.startsWith(part))) continue;
    t.test(`the power fails during ${title}, on ${name}`, async test => {
      let calls: SystemCall[] = [];
      await attempt(test, 'at its end', title, place, 'the log is lost', (command, template) => {
        calls = callsFrom(command.from, command.command(template), command.program);
        return true;
      });
      const all = momentsOf(calls);
      for (const [position, how] of (Object.keys(CUTS) as Cut[]).entries())
        for (const call of all.filter((_, place) => isFull || (place + position + number) % 2 === 0))
          await attempt(
            test,
            `${how}, ${call?.line.slice(0, 70) ?? 'at its end'}`,
            title,
            place,
            how,
            (command, template) => {
              if (call !== undefined) return !runKilledAt(call, command.command(template), command.program);
              return run(executable(command.program), command.command(template)).status === 0;
            },
          );
    });
  }
  t.test(`what was tried on ${name}`, test => {
    test.ok(counts.cuts > 0, `${counts.cuts} power cuts, ${counts.runs} runs`);
    place.unmount();
    test.end();
  });
}
t.test('the end', test => {
  must('umount', BOOT);
  xenstored.stop();
  test.same(leftovers(), []);
  test.end();
});
