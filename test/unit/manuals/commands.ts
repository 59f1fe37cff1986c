import {
  HOT_COMMANDS,
  HOT_PROGRAMS,
  LIBVIRT_HOOKS,
  OTHER_COMMANDS,
} from '../../../src/programs/block-snapshot/run.ts';
import { COMMANDS } from '../../../src/programs/domain-xml/commands.ts';
import { runAs } from '../executable.ts';

/** A command, by the tables that the programs themselves go by. */
export interface Called {
  program: string;
  /** Empty where the program is one command. */
  command: string;
  /** The page of section 8 that it is on. */
  page: string;
}

const of = (program: string) => (command: string) => ({ program, command, page: program });

/** Every command that can be called. */
export const CALLED: readonly Called[] = [
  ...Object.keys(HOT_COMMANDS).map(of('block-snapshot')),
  ...OTHER_COMMANDS.map(of('block-snapshot')),
  ...Object.keys(COMMANDS).map(of('domain-xml')),
  // libvirt before 6.5 wants a hook to be called as the driver: these are no names in a PATH.
  ...[
    ...Object.keys(HOT_PROGRAMS),
    ...Object.keys(LIBVIRT_HOOKS).filter(name => name.startsWith('block-')),
  ].map(program => of(program)('')),
];

/** What --help says of it. */
export function helpOf({ program, command }: Called): string {
  const { status, stdout, stderr } = runAs(program, ...(command === '' ? [] : [command]), '--help');
  if (status !== 0 || stderr !== '') throw new Error(`${program} ${command} --help: ${status}: ${stderr}`);
  return stdout;
}

/** The options that a help text names, as they are written. */
export function optionsIn(help: string): string[] {
  return help
    .split('\n')
    .filter(line => /^ {2}-/.test(line))
    .flatMap(line => line.match(/(?<=[ ,])--?[a-z-]+/g) ?? [])
    .sort();
}
