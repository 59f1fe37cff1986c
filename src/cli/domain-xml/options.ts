import type { Argv, Options } from 'yargs';
import { UsageError } from '../../domain-xml/error.ts';
import { DEFAULT_FOLDERS } from '../../domain-xml/search/folders.ts';

/** The options that every command has. */
export interface CommonArguments {
  name: string;
  templates: string[];
}

const templates = {
  type: 'string',
  requiresArg: true,
  describe: 'Look for templates in this folder instead; may be given more than once, in search order',
  coerce: several('templates'),
} satisfies Options;

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

/** An option that takes a value, and only one. */
export function single(name: string, describe: string): Options & { type: 'string' } {
  return {
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (value: unknown) => {
      if (Array.isArray(value)) throw new UsageError(`--${name} is given more than once`);
      if (value === '') throw new UsageError(`--${name} is empty`);
      return value;
    },
  };
}

/** --vm FILE. */
export const vmOption = {
  ...single('vm', "The VM's description in JSON; - is standard input"),
  demandOption: true,
} as const;

function several(name: string): (value: unknown) => string[] {
  return value => {
    const values = (Array.isArray(value) ? value : [value]).map(String);
    if (values.includes('')) throw new UsageError(`--${name} is empty`);
    return values;
  };
}
