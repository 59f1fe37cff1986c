import type { Argv, CommandModule } from 'yargs';
import { checkVmName } from '../../domain-xml/search/names.ts';
import { usageError } from '../../words/refusal.ts';
import type { Terminal } from '../terminal.ts';
import { connectOption, single } from './options.ts';
import { showProgress } from './progress.ts';

interface StopArguments {
  name: string;
  connect: string | undefined;
  timeout: string;
}

const TIMEOUT = '60';

/** `domain-xml stop NAME`: asks it to shut down, and destroys it when it does not. */
export function stopCommand(terminal: Terminal): CommandModule<object, StopArguments> {
  return {
    command: 'stop <name>',
    describe: 'Shut a VM down; destroy it when it does not within a time',
    builder: (argv: Argv<object>): Argv<StopArguments> =>
      argv
        .positional('name', { type: 'string', demandOption: true, describe: "The VM's name" })
        .option('connect', connectOption)
        .option('timeout', {
          ...single('timeout', 'SECONDS', 'Seconds that it has to shut down; 0 destroys it at once'),
          default: TIMEOUT,
        }) as Argv<StopArguments>,
    handler: async ({ name, connect, timeout: seconds }) => {
      checkVmName(name);
      const timeout = secondsOf(seconds);
      const { stopDomain } = await import('../../domain-xml/run-domain.ts');
      const progress = await showProgress(terminal, timeout);
      progress.step(`${name}: shutting down`);
      try {
        const stop = await stopDomain({ name, connect: connect, timeout, waiting: progress.wait });
        progress.end();
        terminal.print(`${name}: ${stop.how}${stop.how === 'destroyed' ? ` (${stop.reason})` : ''}\n`);
      } finally {
        progress.end();
      }
    },
  };
}

function secondsOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw usageError(`--timeout ${text}: is not a number of seconds`);
  return Number(text);
}
