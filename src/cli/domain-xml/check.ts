import type { Argv, CommandModule } from 'yargs';
import { type CommonArguments, commonOptions, schemaOption, vmOption } from './options.ts';
import type { Terminal } from './terminal.ts';

interface CheckArguments extends CommonArguments {
  vm: string;
  schema: string;
}

/** `domain-xml check NAME`: whether libvirt's schema takes what the templates give. */
export function checkCommand(terminal: Terminal, fail: () => void): CommandModule<object, CheckArguments> {
  return {
    command: 'check <name>',
    describe: "Validate a VM's domain XML against libvirt's schema",
    builder: (argv: Argv<object>): Argv<CheckArguments> =>
      commonOptions(argv).option('vm', vmOption).option('schema', schemaOption),
    handler: async ({ name, templates, vm, schema }) => {
      const { checkDomain } = await import('../../domain-xml/check.ts');
      const { path, problems, warnings } = await checkDomain({
        name,
        folders: templates,
        vmFile: vm,
        schema,
      });
      for (const warning of warnings) terminal.complain(`domain-xml: ${warning}`);
      for (const problem of problems) terminal.complain(`domain-xml: ${problem}`);
      if (problems.length > 0) fail();
      else terminal.print(`${name}: valid (${path})\n`);
    },
  };
}
