import type { Options } from 'yargs';
import { type TemplateFiles, templateFiles } from '../../../templates/template-files.ts';
import { commandArguments } from '../../command-arguments.ts';
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
  const values = await commandArguments(
    { usage, about: `${about}\n\n${TEMPLATE_HELP}`, options: { ...options, json }, operand: 'TEMPLATE' },
    parameters,
  );
  if (values === undefined) return undefined;
  const files: TemplateFiles = templateFiles(String(values._[0] ?? ''));
  return { files, values };
}
