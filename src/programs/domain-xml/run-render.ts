import { usageError } from '../../words/refusal.ts';
import type { Terminal } from '../terminal.ts';
import { descriptionSource, type SourceArguments } from './source.ts';

/** What `render` is asked for; undefined is an option that was not given. */
export interface RenderRequest extends SourceArguments {
  name: string;
  templates: readonly string[];
  part?: string | undefined;
  device?: string | undefined;
  output?: string | undefined;
}

/**
 * Renders, and prints or writes what came out.
 * @throws Refusal
 */
export async function runRender(request: RenderRequest, terminal: Terminal): Promise<void> {
  const { name, templates, part, device, output } = request;
  if (device !== undefined && part === undefined) throw usageError('--device goes with --part only');
  if (device === '-' && request.vm === '-')
    throw usageError('--vm and --device cannot both be standard input');
  const { renderDomain, renderPart } = await import('../../domain-xml/render.ts');
  const domain = { name, folders: templates, ...descriptionSource(request) };
  const { xml, warnings } =
    part === undefined
      ? await renderDomain(domain)
      : await renderPart({ ...domain, part, deviceFile: device });
  for (const warning of warnings) terminal.complain(`domain-xml: ${warning}`);
  // To the byte what Jinja2 gives; only on a screen the prompt must not follow on the last line.
  const shown = terminal.interactive && !xml.endsWith('\n') ? `${xml}\n` : xml;
  if (isStandardOutput(output)) return terminal.print(shown);
  await writeAnswer(output, xml);
}

/** Whether `-o` was not given, or as "-". */
export function isStandardOutput(output: string | undefined): output is undefined | '-' {
  return output === undefined || output === '-';
}

export async function writeAnswer(output: string, text: string): Promise<void> {
  const { writeOutput } = await import('../../domain-xml/output.ts');
  writeOutput(output, text);
}
