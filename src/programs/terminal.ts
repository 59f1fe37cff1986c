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
