import yargs, { type Options } from 'yargs';
import { usageError } from '../../devices/answer/refusal.ts';
import { oneLine } from '../../devices/request/image-path.ts';
import { type TemplateFiles, templateFiles } from '../../templates/template-files.ts';
import { TEMPLATE_HELP } from './usage.ts';

/** The option that all commands on a template have. */
const json = {
  type: 'boolean',
  default: false,
  describe: 'The answer as JSON, which docs/templates.md describes',
} as const;

/**
 * Reads the arguments of a command on one template.
 * @returns undefined when --help was asked for and has been printed
 * @throws Refusal for wrong usage, and for a TEMPLATE that cannot be one
 */
export async function readArguments<Wanted extends Record<string, Options>>(
  usage: string,
  about: string,
  options: Wanted,
  parameters: readonly string[],
) {
  const wrong = (reason: string) => usageError(`${oneLine(reason)}: usage: ${usage}`);
  const values = await yargs([...parameters])
    .usage(`${usage}\n\n${about}\n\n${TEMPLATE_HELP}`)
    .options({ ...options, json })
    .strictOptions()
    .demandCommand(1, 1, 'TEMPLATE is missing', 'too many arguments')
    .parserConfiguration({
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
    })
    .detectLocale(false)
    .version(false)
    .help()
    .wrap(100)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      if (error !== undefined && error.name !== 'YError') throw error;
      throw wrong(message ?? error?.message ?? 'wrong usage');
    })
    .parseAsync();
  if (values['help'] === true) return undefined;
  for (const [name, value] of Object.entries(values))
    if (name !== '_' && Array.isArray(value)) throw wrong(`--${name} is given more than once`);
  const files: TemplateFiles = templateFiles(String(values._[0] ?? ''));
  return { files, values };
}
