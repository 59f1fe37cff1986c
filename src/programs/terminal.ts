import { oneLine } from '../words/printable.ts';

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

/** The process's own terminal. A reader that goes away early (`| head`) is no error. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    print: text => {
      process.stdout.write(text);
    },
    complain: line => {
      process.stderr.write(`${line}\n`);
    },
    interactive: process.stdout.isTTY === true,
    status:
      process.stderr.isTTY === true
        ? text => {
            process.stderr.write(`\r\u001b[K${text}`);
          }
        : undefined,
  };
}
