import { host } from '../../host/host.ts';
import { raise } from '../errors.ts';

// Rendering is synchronous, so the one being rendered can be kept here: threading it through every operation would
// cost more than the check itself.
const STEPS_BETWEEN_LOOKS = 4096;
const MAXIMUM_TEXT = 64 * 1024 * 1024;
const MAXIMUM_ITEMS = 8 * 1024 * 1024;

let deadline = Number.POSITIVE_INFINITY;
let limit = 0;
let steps = STEPS_BETWEEN_LOOKS;

/**
 * Counts work; looks at the clock now and then.
 * @throws TimeoutError once the time limit is over
 */
export function spend(amount: number): void {
  steps -= amount;
  if (steps < 0) lookAtClock();
}

function lookAtClock(): void {
  steps = STEPS_BETWEEN_LOOKS;
  if (host.elapsed() > deadline) {
    raise(
      'TimeoutError',
      `rendering took longer than ${limit} ms; a loop or a recursion in the template may never end`,
    );
  }
}

/** Counts a text that is about to be made, and refuses one that is absurdly large. */
export function spendText(length: number): void {
  if (length > MAXIMUM_TEXT)
    raise('MemoryError', `a text of ${length} characters is more than a template may make`);
  spend(length >> 6);
}

/** Counts a list that is about to be made, and refuses one that is absurdly large. */
export function spendItems(count: number): void {
  if (count > MAXIMUM_ITEMS)
    raise('MemoryError', `a list of ${count} items is more than a template may make`);
  spend(count >> 2);
}

/** Runs `work` with a time limit; one inside another may only shorten it. */
export function withTimeLimit<T>(milliseconds: number, work: () => T): T {
  const outerDeadline = deadline;
  const outerLimit = limit;
  const own = host.elapsed() + milliseconds;
  if (own < deadline) {
    deadline = own;
    limit = milliseconds;
  }
  try {
    return work();
  } finally {
    deadline = outerDeadline;
    limit = outerLimit;
  }
}
