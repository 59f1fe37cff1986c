import type { OtherCalls } from './main.ts';

/** Every call that is no plain render, as the larger program does it: yargs is loaded for them alone. */
export const OTHER_CALLS: OtherCalls = {
  async run(argv, terminal) {
    const { runCommands } = await import('./commands.ts');
    return runCommands(argv, terminal);
  },
  async help(command, terminal) {
    const { domainXmlHelp } = await import('../manual/domain-xml.ts');
    terminal.print(`${domainXmlHelp(command)}\n`);
  },
  async isCommand(name) {
    const { COMMANDS } = await import('./commands.ts');
    return Object.hasOwn(COMMANDS, name);
  },
};
