import type { Argv, CommandModule } from 'yargs';
import type { Terminal } from '../terminal.ts';
import { type CommonArguments, commonOptions, schemaOption, sourceOptions } from './options.ts';
import { descriptionSource, type SourceArguments } from './source.ts';

interface CheckArguments extends CommonArguments, SourceArguments {
  schema: string;
}

/** `domain-xml check NAME`: whether libvirt's schema takes what the templates give. */
export function checkCommand(terminal: Terminal, fail: () => void): CommandModule<object, CheckArguments> {
  return {
    command: 'check <name>',
    describe: "Validate a VM's domain XML against libvirt's schema",
    builder: (argv: Argv<object>): Argv<CheckArguments> =>
      sourceOptions(commonOptions(argv)).option('schema', schemaOption),
    handler: async ({ name, templates, schema, ...source }) => {
      const { checkDomain } = await import('../../domain-xml/check.ts');
      const { path, problems, warnings } = await checkDomain({
        name,
        folders: templates,
        ...descriptionSource(source),
        schema,
      });
      for (const warning of warnings) terminal.complain(`domain-xml: ${warning}`);
      for (const problem of problems) terminal.complain(`domain-xml: ${problem}`);
      if (problems.length > 0) fail();
      else terminal.print(`${name}: valid (${path})\n`);
    },
  };
}
