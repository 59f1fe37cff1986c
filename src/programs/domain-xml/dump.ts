import type { Argv, CommandModule } from 'yargs';
import type { Terminal } from '../terminal.ts';
import { qubesOptions, single } from './options.ts';
import { isStandardOutput, writeAnswer } from './run-render.ts';
import { descriptionSource, type SourceArguments } from './source.ts';

interface DumpArguments extends Omit<SourceArguments, 'vm'> {
  name: string;
  output: string | undefined;
}

/** `domain-xml dump NAME`: what Qubes knows of a VM, as the description that --vm takes. */
export function dumpCommand(terminal: Terminal): CommandModule<object, DumpArguments> {
  return {
    command: 'dump <name>',
    describe: "Print a VM's description in JSON, as qubesd or qubes.xml gives it",
    builder: (argv: Argv<object>): Argv<DumpArguments> =>
      qubesOptions(
        argv.positional('name', { type: 'string', demandOption: true, describe: "The VM's name" }),
      ).option('output', {
        ...single('output', 'FILE', 'Write to this file instead of standard output', 'file'),
        alias: 'o',
      }) as Argv<DumpArguments>,
    handler: async ({ name, output, ...source }) => {
      const { describe } = await import('../../domain-xml/description/describe.ts');
      const { description, warnings } = await describe(name, descriptionSource(source), { json: false });
      for (const warning of warnings) terminal.complain(`domain-xml: ${warning}`);
      const text = `${JSON.stringify(description, null, 2)}\n`;
      if (isStandardOutput(output)) terminal.print(text);
      else await writeAnswer(output, text);
    },
  };
}
