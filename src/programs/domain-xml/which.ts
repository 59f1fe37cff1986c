import type { Argv, CommandModule } from 'yargs';
import { jsonAnswer } from '../../words/json-answer.ts';
import type { Terminal } from '../terminal.ts';
import { type CommonArguments, commonOptions } from './options.ts';

interface WhichArguments extends CommonArguments {
  json: boolean;
}

/** `domain-xml which NAME`: every template that could be used, the one that is, and what that one draws in. */
export function whichCommand(terminal: Terminal): CommandModule<object, WhichArguments> {
  return {
    command: 'which <name>',
    describe: 'Show which template a VM gets, and why',
    builder: (argv: Argv<object>): Argv<WhichArguments> =>
      commonOptions(argv).option('json', { type: 'boolean', default: false, describe: 'As JSON' }),
    handler: async ({ name, templates, json }) => {
      const { searchTemplates } = await import('../../domain-xml/which.ts');
      const { searchText } = await import('./which-text.ts');
      const search = await searchTemplates({ name, folders: templates });
      terminal.print(json ? jsonAnswer(search) : searchText(search));
      const { strayBlockText } = await import('../../domain-xml/stray-blocks.ts');
      if (!json)
        for (const stray of search.strayBlocks) terminal.complain(`domain-xml: ${strayBlockText(stray)}`);
      const { requireUsable } = await import('../../domain-xml/which.ts');
      requireUsable(search);
    },
  };
}
