import type { Argv } from 'yargs';
import { printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
import type { CommandShape, OptionShape } from '../command-shape.ts';
import { COMMANDS } from '../domain-xml/commands.ts';
import { usageOf } from '../domain-xml/usage.ts';
import type { Terminal } from '../terminal.ts';
import { commandHelp, programHelp } from './help-text.ts';

export const SUMMARY = 'libvirt domain XML of VMs, from Jinja templates';
const PAGE = 'man domain-xml, and /usr/share/doc/block-snapshot/docs/domain-xml.md';

/** What is said of each command besides its line in the list. */
const ABOUT: Readonly<Record<keyof typeof COMMANDS, readonly string[]>> = {
  render: [
    "Prints the XML to the byte as Python's Jinja2 gives it. With -o it is written to a file: as a whole, or not at all. " +
      '--part renders one of the parts alone, as for attaching a device to a VM that runs.',
  ],
  which: ['Shows every template that could be used, the one that is, and what that one draws in.'],
  check: [
    "Renders, and validates against libvirt's own schema. What is wrong is said in a line that names the line of the template; " +
      'exit status 1 then.',
  ],
  diff: [
    'Shows what would change in libvirt if the domain were defined anew; exit status 1 where something would.',
  ],
  dump: [
    'Prints the description that render would use. --vm takes it, so that any rendering can be repeated and reported.',
  ],
  define: [
    'Renders, checks, shows what changes, and has virsh define the domain. What is not valid is not defined.',
  ],
  start: ['Defines the domain as define does and has virsh start it, unless it runs.'],
  stop: ['Has virsh shut the VM down, and destroy it when it does not within the time.'],
};

export const EXIT_STATUS =
  '0; 1 for an error (one line on standard error), for a domain that check finds invalid, and for a difference that diff ' +
  'finds; 2 wrong usage.';

const SILENT: Terminal = { print() {}, complain() {}, interactive: false };

/** The shape of every command, from what yargs is told of it. */
export function domainXmlCommands(): Record<string, CommandShape> {
  return Object.fromEntries(
    Object.entries(COMMANDS).map(([name, make]) => {
      const command = make(SILENT, () => {});
      const shape: CommandShape = {
        usage: usageOf(name),
        summary: String(command.describe),
        about: ABOUT[name as keyof typeof COMMANDS],
        options: recordedOptions(command.builder as (argv: Argv<object>) => unknown),
        operands: [{ name: 'NAME', completes: 'vm' }],
      };
      return [name, shape];
    }),
  );
}

/** The options that a builder of yargs' asks for. */
function recordedOptions(build: (argv: Argv<object>) => unknown): Record<string, OptionShape> {
  const options: Record<string, OptionShape> = {};
  const recorder = {
    positional: () => recorder,
    option(name: string, option: OptionShape) {
      options[name] = option;
      return recorder;
    },
  };
  build(recorder as unknown as Argv<object>);
  return options;
}

/**
 * What --help says of the program, or of one of its commands.
 * @throws Refusal for what is no command
 */
export function domainXmlHelp(topic = ''): string {
  const commands = domainXmlCommands();
  const shape = Object.hasOwn(commands, topic) ? commands[topic] : undefined;
  if (shape !== undefined) return commandHelp(shape, PAGE);
  if (topic !== '' && !topic.startsWith('-')) throw usageError(`${printable(topic)} is not a command`);
  return programHelp('domain-xml', SUMMARY, commands, [
    "NAME is a VM's. Its description comes from qubesd, else from qubes.xml, or from a file (--vm).",
    `Exit status: ${EXIT_STATUS}`,
    `See ${PAGE}; --version shows the version.`,
  ]);
}
