import { type TemplateFiles, templateFiles } from '../../../templates/template-files.ts';
import { commandArguments } from '../../command-arguments.ts';
import type { CommandShape, OptionShapes } from '../../command-shape.ts';

/**
 * Reads the arguments of a command on one template.
 * @throws Refusal for wrong usage, and for a TEMPLATE that cannot be one
 */
export async function readArguments<Wanted extends OptionShapes>(
  shape: CommandShape<Wanted>,
  parameters: readonly string[],
) {
  const values = await commandArguments(shape, parameters);
  const files: TemplateFiles = templateFiles(String(values._[0] ?? ''));
  return { files, values };
}
