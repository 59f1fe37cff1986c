// One of a crowd: a process that runs the commands it is told to, because starting one for each is slow in there.
import { cleanupHere, prepareHere } from './in-process.ts';

export interface Order {
  command: 'prepare' | 'cleanup';
  type: 'snapshot' | 'origin';
  /** Images of a prepare, the node of a cleanup. */
  subjects: string[];
}

export interface Report {
  /** The node, or what a cleanup has left; empty for nothing. */
  answer: string;
  /** Why it failed; empty when it did not. */
  failure: string;
}

function carryOut({ command, type, subjects }: Order): string {
  if (command === 'prepare') return prepareHere(type, ...subjects);
  return cleanupHere(type, subjects[0] ?? '');
}

process.on('message', (order: Order) => {
  const report: Report = { answer: '', failure: '' };
  try {
    report.answer = carryOut(order);
  } catch (error) {
    report.failure = String(error);
  }
  process.send?.(report);
});

// Whoever waits for this measures no start of Node.
process.send?.({ answer: 'ready', failure: '' } satisfies Report);
