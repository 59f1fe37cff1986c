import yargs, { type Options } from 'yargs';
import { usageError } from '../../devices/answer/refusal.ts';
import { oneLine } from '../../devices/request/image-path.ts';

/**
 * Reads the options of a command that takes nothing else.
 * @returns undefined when --help was asked for and has been printed
 * @throws Refusal for wrong usage
 */
export async function readOptions<Wanted extends Record<string, Options>>(
  usage: string,
  about: string,
  options: Wanted,
  parameters: readonly string[],
) {
  const parser = yargs([...parameters])
    .usage(`${usage}\n\n${about}`)
    .options(options)
    .strictOptions()
    .demandCommand(0, 0, undefined, 'too many arguments')
    .parserConfiguration({ 'dot-notation': false, 'parse-numbers': false, 'boolean-negation': false })
    .detectLocale(false)
    .version(false)
    .help()
    .wrap(100)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      if (error !== undefined && error.name !== 'YError') throw error;
      throw usageError(`${oneLine(message ?? error?.message ?? 'wrong usage')}: usage: ${usage}`);
    });
  const values = await parser.parseAsync();
  return values['help'] === true ? undefined : values;
}
