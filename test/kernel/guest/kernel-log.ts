// What the kernel has to say: every warning and error of its that no test has planned is a fault.
import { appendFileSync, closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { PROJECT } from './programs.ts';

/** The patterns that a test has planned, one a line, as grep -E reads them; the lab's last look reads them, too. */
const PLANNED = '/run/lab/planned-messages';
/**
 * Those of every run: of the lab itself, and refused tables, invalid stores and sectors that cannot be read, which tests
 * bring about in many places and look at by what our program answers. What is left are the kernel's own faults.
 */
const ALWAYS = `${PROJECT}/test/kernel/lab/known-messages`;

/** Says that the kernel is going to complain, until the end of the run. @param pattern as grep -E reads it */
export function planMessage(pattern: string): void {
  if (!plannedPatterns().includes(pattern)) appendFileSync(PLANNED, `${pattern}\n`);
}

/** What the kernel says when a store is full and something goes on writing. */
export function planOverflow(): void {
  planMessage('^device-mapper: snapshots: Invalidating snapshot: Unable to allocate exception');
  planMessage(
    '^Buffer I/O error on dev dm-[0-9]+, logical block [0-9]+, (lost async page write|async page read)',
  );
}

/** What the kernel says of a store on a filesystem without room, and of those who read what is lost. */
export function planNoRoom(): void {
  for (const said of [
    'loop: Write error at byte offset',
    'I/O error, dev loop',
    'Buffer I/O error on dev dm-',
  ])
    planMessage(`^${said}`);
  planMessage(
    '^device-mapper: (persistent snapshot: (write.header|zero_disk_area\\(0\\) failed)|snapshots: Invalidating snapshot|table: .*(metadata|persistent)|ioctl: error adding)',
  );
}

function plannedPatterns(): string[] {
  return [ALWAYS, PLANNED]
    .filter(path => existsSync(path))
    .flatMap(path => readFileSync(path, 'utf8').split('\n'))
    .filter(line => line !== '');
}

/** The number that the next message gets. */
let next = 0;

/** Warnings and worse of the kernel itself since the last call, without those that are planned. */
export function unplannedMessages(): string[] {
  const planned = plannedPatterns().map(pattern => new RegExp(pattern));
  return messages().filter(message => !planned.some(pattern => pattern.test(message)));
}

/** One read gives one message: `priority,number,microseconds,flags;text`. The priority holds the facility, 0 the kernel's. */
function messages(): string[] {
  const descriptor = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
  const found: string[] = [];
  const buffer = Buffer.alloc(8192);
  try {
    for (;;) {
      const record = buffer.toString('utf8', 0, readSync(descriptor, buffer));
      const [, priority, number, text] = /^(\d+),(\d+),[^;]*;([^\n]*)/.exec(record) ?? [];
      if (Number(number) < next) continue;
      next = Number(number) + 1;
      if (Number(priority) <= 4) found.push(text ?? '');
    }
  } catch (error) {
    // The end, so far.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    return found;
  } finally {
    closeSync(descriptor);
  }
}
