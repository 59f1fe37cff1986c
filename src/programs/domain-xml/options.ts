import type { Argv } from 'yargs';
import { KERNELS_FOLDER, QUBES_XML, QUBESD_SOCKET } from '../../domain-xml/description/describe.ts';
import { RELEASE_FILE, RELEASES } from '../../domain-xml/qubes/release.ts';
import { LIBVIRT_SCHEMA } from '../../domain-xml/schema/grammar.ts';
import { DEFAULT_FOLDERS } from '../../domain-xml/search/folders.ts';
import { coloursWanted } from '../../words/colours.ts';
import { usageError } from '../../words/refusal.ts';
import type { Candidates, OptionShape } from '../command-shape.ts';
import type { Terminal } from '../terminal.ts';
import type { SourceArguments } from './source.ts';

/** The options that every command has. */
export interface CommonArguments {
  name: string;
  templates: string[];
}

const templates = {
  type: 'string',
  requiresArg: true,
  describe: 'Look for templates in this folder instead; may be given more than once, in search order',
  value: 'DIR',
  completes: 'folder',
  coerce: several('templates'),
} as const satisfies OptionShape;

/** NAME, and --templates DIR. */
export function commonOptions<T>(argv: Argv<T>): Argv<T & CommonArguments> {
  return argv
    .positional('name', { type: 'string', demandOption: true, describe: "The VM's name" })
    .option('templates', {
      ...templates,
      default: [] as string[],
      defaultDescription: DEFAULT_FOLDERS.join(', '),
    }) as Argv<T & CommonArguments>;
}

/**
 * An option that takes a value, and only one.
 * @param value what people call it
 */
export function single(
  name: string,
  value: string,
  describe: string,
  completes?: Candidates,
): OptionShape & { type: 'string' } {
  return {
    type: 'string',
    requiresArg: true,
    describe,
    value,
    ...(completes === undefined ? {} : { completes }),
    coerce: (value: unknown) => {
      if (Array.isArray(value)) throw usageError(`--${name} is given more than once`);
      if (value === '') throw usageError(`--${name} is empty`);
      return value;
    },
  };
}

/** Where the VM's description comes from; `vm` is left out where only Qubes itself is asked. */
export function sourceOptions<T>(argv: Argv<T>): Argv<T & SourceArguments> {
  return qubesOptions(
    argv.option('vm', single('vm', 'FILE', "The VM's description in JSON; - is standard input", 'file')),
  ) as Argv<T & SourceArguments>;
}

/** Where Qubes keeps it. */
export function qubesOptions<T>(argv: Argv<T>): Argv<T & Omit<SourceArguments, 'vm'>> {
  return argv
    .option('qubes-xml', {
      ...single('qubes-xml', 'FILE', 'Read the VM from this qubes.xml, without asking qubesd', 'file'),
      defaultDescription: `${QUBES_XML}, where there is no qubesd`,
    })
    .option('qubesd', {
      ...single('qubesd', 'SOCKET', 'Ask qubesd at this socket', 'file'),
      defaultDescription: QUBESD_SOCKET,
    })
    .option('kernels', {
      ...single('kernels', 'DIR', "Where the VMs' kernels are", 'folder'),
      defaultDescription: KERNELS_FOLDER,
    })
    .option('host-memory', {
      ...single('host-memory', 'MIB', 'MiB that the host has, for a VM in qubes.xml without maxmem'),
      defaultDescription: 'what xl info says',
    })
    .option('release', {
      ...single('release', 'RELEASE', "Qubes' release by whose rules the VM is described", RELEASES),
      defaultDescription: `what qubesd or ${RELEASE_FILE} says`,
    }) as Argv<T & Omit<SourceArguments, 'vm'>>;
}

/** --connect URI. */
export const connectOption = single('connect', 'URI', "libvirt's URI, for virsh");

/** --schema FILE. */
export const schemaOption = {
  ...single('schema', 'FILE', "libvirt's RELAX NG schema", 'file'),
  default: LIBVIRT_SCHEMA,
} as const;

/** --color WHEN. */
export const colorOption = {
  choices: ['auto', 'always', 'never'] as const,
  default: 'auto',
  requiresArg: true,
  describe: 'When to use colours; auto is on a terminal, without NO_COLOR',
  value: 'WHEN',
} as const;

/** What --color comes to. */
export function inColour(color: string, terminal: Terminal): boolean {
  return color === 'always' || (color === 'auto' && coloursWanted(terminal.interactive, process.env));
}

function several(name: string): (value: unknown) => string[] {
  return value => {
    const values = (Array.isArray(value) ? value : [value]).map(String);
    if (values.includes('')) throw usageError(`--${name} is empty`);
    return values;
  };
}
