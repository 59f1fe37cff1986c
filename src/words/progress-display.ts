import { SingleBar } from 'cli-progress';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import type { Progress } from './progress.ts';
import { sizeText } from './sizes.ts';
import { durationText } from './times.ts';

/** Milliseconds between two lines where nobody watches a bar: few for a log, enough to see that it goes on. */
const LINE_EVERY = 5000;

/**
 * Shows on standard error how far an operation has come: a bar with percent and time left on a terminal, and else a line
 * now and then.
 * @param verb what is done, as in `merged 1.0 GiB of 2.0 GiB`
 */
export function progressDisplay(verb: string): Progress {
  return process.stderr.isTTY ? bar(verb) : lines(verb);
}

function bar(verb: string): Progress {
  let started = 0;
  let total = 0;
  const display = new SingleBar({
    format: `{bar} {percentage} %  ${verb} {done} of {all}  {left}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
  });
  const payload = (done: number) => ({
    done: sizeText(done),
    all: sizeText(total),
    left: timeLeft(started, done, total),
  });
  return {
    start: amount => {
      total = amount;
      started = performance.now();
      // An empty bar would be shown as full of nothing.
      if (total > 0) display.start(total, 0, payload(0));
    },
    update: done => {
      if (total > 0) display.update(Math.min(done, total), payload(Math.min(done, total)));
    },
    end: () => display.stop(),
  };
}

function lines(verb: string): Progress {
  let started = 0;
  let last = 0;
  let total = 0;
  return {
    start: amount => {
      total = amount;
      started = performance.now();
      last = started;
    },
    update: done => {
      if (performance.now() - last < LINE_EVERY) return;
      last = performance.now();
      const amount = Math.min(done, total);
      const percent = total === 0 ? 100 : Math.floor((amount / total) * 100);
      writeLine(
        `${percent} %, ${verb} ${sizeText(amount)} of ${sizeText(total)}, ${timeLeft(started, amount, total)}`,
      );
    },
    end: () => {},
  };
}

/** An operation goes on whether or not anybody can be told how far it has come. */
function writeLine(line: string): void {
  try {
    addon().writeText(2, `${line}\n`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function timeLeft(started: number, done: number, total: number): string {
  if (done <= 0) return 'time left unknown';
  const elapsed = (performance.now() - started) / 1000;
  return `${durationText((elapsed / done) * (total - done))} left`;
}
