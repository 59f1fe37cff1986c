import type { Terminal } from '../terminal.ts';

/** What a command that takes its time shows of it; nothing is left of it at the end. */
export interface Progress {
  /** What is done now, as "starting work". */
  step(text: string): void;
  /** How far a wait has come, of so many seconds. */
  wait(seconds: number): void;
  /** Clears the line. */
  end(): void;
}

/**
 * On a terminal, a line that is written over again and again: the step, and for a wait a bar with the seconds. Elsewhere
 * nothing, so that a script reads the answer alone.
 * @param limit how long a wait takes at most, in seconds
 */
export async function showProgress(terminal: Terminal, limit = 0): Promise<Progress> {
  if (terminal.status === undefined) return { step() {}, wait() {}, end() {} };
  const { status } = terminal;
  const { Format } = (await import('cli-progress')).default;
  let label = '';
  const bar = (seconds: number) =>
    Format.BarFormat(limit === 0 ? 1 : seconds / limit, {
      barsize: 30,
      barCompleteString: '#'.repeat(30),
      barIncompleteString: '.'.repeat(30),
      barGlue: '',
    } as Parameters<typeof Format.BarFormat>[1]);
  return {
    step: text => {
      label = text;
      status(`${text}...`);
    },
    wait: seconds => status(`${label} [${bar(seconds)}] ${Math.round(seconds)}/${limit} s`),
    end: () => status(''),
  };
}
