import { usageError } from '../words/refusal.ts';
import type { CommandShape, OptionShapes } from './command-shape.ts';
import { strictYargs } from './strict-yargs.ts';

/**
 * Reads the arguments of a command of block-snapshot; --help is none of them, for it is seen before.
 * @throws Refusal for wrong usage
 */
export async function commandArguments<Wanted extends OptionShapes>(
  { usage, options, operands }: CommandShape<Wanted>,
  parameters: readonly string[],
) {
  const wrong = (reason: string) => usageError(`${reason}: usage: ${usage}`);
  const least = operands.filter(({ optional }) => optional !== true).length;
  const most = operands.at(-1)?.repeated === true ? Number.POSITIVE_INFINITY : operands.length;
  const values = await strictYargs()
    .options(options)
    .strictOptions()
    .demandCommand(0, most, '', 'too many arguments')
    .fail((message, error) => {
      if (error !== undefined && error.name !== 'YError') throw error;
      throw wrong(message ?? error?.message ?? 'wrong usage');
    })
    .parseAsync(parameters);
  const missing = operands[values._.length];
  if (values._.length < least) throw wrong(`${missing?.name} is missing`);
  for (const [name, value] of Object.entries(values))
    if (name !== '_' && Array.isArray(value))
      throw wrong(`${name.length === 1 ? '-' : '--'}${name} is given more than once`);
  return values;
}
