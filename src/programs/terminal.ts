import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { oneLine } from '../words/printable.ts';
import { unwritten } from './answer.ts';

/** Where a command's answer goes: the answer itself, what it has to say about it, and whether colours are seen. */
export interface Terminal {
  /** Standard output: exactly this text. */
  print(text: string): void;
  /** A line on standard error. */
  complain(line: string): void;
  /** Whether standard output is a terminal. */
  readonly interactive: boolean;
  /** Shows this text in place of the one before, "" for none: on standard error, where that is a terminal. */
  readonly status?: ((text: string) => void) | undefined;
}

/** The same terminal, to which every complaint comes as one line that is harmless to it, whoever has chosen the names in it. */
export function inLines(terminal: Terminal): Terminal {
  // What other programs and libraries say may be several lines.
  return { ...terminal, complain: line => terminal.complain(oneLine(line.replace(/\s*\n\s*/g, ' '))) };
}

/** One line for people on standard output, harmless likewise. */
export function say(terminal: Terminal, line: string): void {
  terminal.print(`${oneLine(line)}\n`);
}

/**
 * The process's own terminal. A reader that goes away early (`| head`) is no error, and one that takes its time (`| less`)
 * is waited for; where standard error does not take a line, there is nobody to tell.
 */
export function processTerminal(): Terminal {
  return {
    /** @throws Refusal when standard output does not take it */
    print: text => {
      try {
        addon().writeAnswer(1, text);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        if (error.code !== 'EPIPE') throw unwritten(error);
      }
    },
    complain: line => writeQuietly(2, `${line}\n`),
    interactive: addon().isTerminal(1),
    status: addon().isTerminal(2) ? text => writeQuietly(2, `\r\u001b[K${text}`) : undefined,
  };
}

function writeQuietly(descriptor: number, text: string): void {
  try {
    addon().writeAnswer(descriptor, text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
