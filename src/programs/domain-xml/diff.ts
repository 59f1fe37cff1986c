import type { Argv, CommandModule } from 'yargs';
import { usageError } from '../../words/refusal.ts';
import type { Terminal } from '../terminal.ts';
import {
  type CommonArguments,
  colorOption,
  commonOptions,
  connectOption,
  inColour,
  single,
  sourceOptions,
} from './options.ts';
import { descriptionSource, type SourceArguments } from './source.ts';

interface DiffArguments extends CommonArguments, SourceArguments {
  against: string | undefined;
  connect: string | undefined;
  color: string;
}

/** `domain-xml diff NAME`: what would change in libvirt if the domain were defined anew. */
export function diffCommand(terminal: Terminal, fail: () => void): CommandModule<object, DiffArguments> {
  return {
    command: 'diff <name>',
    describe: "Show how a VM's domain XML differs from what libvirt has",
    builder: (argv: Argv<object>): Argv<DiffArguments> =>
      sourceOptions(commonOptions(argv))
        .option(
          'against',
          single(
            'against',
            'FILE',
            'Compare with this file instead of virsh dumpxml; - is standard input',
            'file',
          ),
        )
        .option('connect', connectOption)
        .option('color', colorOption),
    handler: async ({ name, templates, against, connect, color, ...source }) => {
      if (against !== undefined && connect !== undefined) {
        throw usageError('--connect is for virsh, and --against does without it');
      }
      if (against === '-' && source.vm === '-')
        throw usageError('--vm and --against cannot both be standard input');
      const { diffDomain } = await import('../../domain-xml/compare.ts');
      const { diffText } = await import('../../domain-xml/xml/diff-text.ts');
      const difference = await diffDomain({
        name,
        folders: templates,
        ...descriptionSource(source),
        against: against,
        connect: connect,
      });
      for (const warning of difference.warnings) terminal.complain(`domain-xml: ${warning}`);
      terminal.print(diffText({ ...difference, colour: inColour(color, terminal) }));
      if (difference.lines.length > 0) fail();
    },
  };
}
