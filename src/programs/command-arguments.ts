import type { Options } from 'yargs';
import { usageError } from '../words/refusal.ts';
import { inform } from './answer.ts';
import { strictYargs } from './strict-yargs.ts';

/** What a command takes. */
export interface CommandShape<Wanted extends Record<string, Options>> {
  /** One line, which comes with every error as well. */
  usage: string;
  /** What --help says besides. */
  about: string;
  options: Wanted;
  /** The one argument that is no option, as people call it; undefined where there is none. */
  operand?: string;
}

/**
 * Reads the arguments of a command of block-snapshot.
 * @returns undefined when --help was asked for and has been printed
 * @throws Refusal for wrong usage
 */
export async function commandArguments<Wanted extends Record<string, Options>>(
  { usage, about, options, operand }: CommandShape<Wanted>,
  parameters: readonly string[],
) {
  const wrong = (reason: string) => usageError(`${reason}: usage: ${usage}`);
  const operands = operand === undefined ? 0 : 1;
  let help = '';
  const values = await strictYargs()
    .usage(`${usage}\n\n${about}`)
    .options(options)
    .strictOptions()
    .demandCommand(operands, operands, `${operand} is missing`, 'too many arguments')
    .fail((message, error) => {
      if (error !== undefined && error.name !== 'YError') throw error;
      throw wrong(message ?? error?.message ?? 'wrong usage');
    })
    .parseAsync(parameters, {}, (_error, _values, output) => {
      help = output;
    });
  if (values['help'] === true) {
    inform(help);
    return undefined;
  }
  for (const [name, value] of Object.entries(values))
    if (name !== '_' && Array.isArray(value))
      throw wrong(`${name.length === 1 ? '-' : '--'}${name} is given more than once`);
  return values;
}
