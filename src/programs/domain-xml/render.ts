import type { Argv, CommandModule } from 'yargs';
import type { Terminal } from '../terminal.ts';
import { type CommonArguments, commonOptions, single, sourceOptions } from './options.ts';
import { runRender } from './run-render.ts';
import type { SourceArguments } from './source.ts';

interface RenderArguments extends CommonArguments, SourceArguments {
  part: string | undefined;
  device: string | undefined;
  output: string | undefined;
}

/** `domain-xml render NAME`: the XML, or one of its parts, on standard output or in a file. */
export function renderCommand(terminal: Terminal): CommandModule<object, RenderArguments> {
  return {
    command: 'render <name>',
    describe: "Print a VM's domain XML",
    builder: (argv: Argv<object>): Argv<RenderArguments> =>
      sourceOptions(commonOptions(argv))
        .option(
          'part',
          single('part', 'PART', 'Only this part of the XML', [
            'devices/block.xml',
            'devices/net.xml',
            'devices/pci.xml',
          ]),
        )
        .option('device', single('device', 'FILE', "The part's device in JSON; - is standard input", 'file'))
        .option('output', {
          ...single('output', 'FILE', 'Write to this file instead of standard output', 'file'),
          alias: 'o',
        }),
    handler: request => runRender(request, terminal),
  };
}
