import type { Argv } from 'yargs';
import type { Proposal } from '../../domain-xml/define.ts';
import type { Terminal } from '../terminal.ts';
import {
  type CommonArguments,
  colorOption,
  commonOptions,
  connectOption,
  inColour,
  schemaOption,
  sourceOptions,
} from './options.ts';
import type { Progress } from './progress.ts';
import { descriptionSource, type SourceArguments } from './source.ts';

/** The options of the commands that hand a domain to libvirt. */
export interface ProposalArguments extends CommonArguments, SourceArguments {
  schema: string;
  connect: string | undefined;
  color: string;
}

export function proposalOptions<T>(argv: Argv<T>): Argv<T & ProposalArguments> {
  return sourceOptions(commonOptions(argv))
    .option('schema', schemaOption)
    .option('connect', connectOption)
    .option('color', colorOption) as Argv<T & ProposalArguments>;
}

/**
 * Renders, checks, and shows what would change in libvirt.
 * @returns undefined when the domain is not valid: then it has been said why
 */
export async function propose(
  { name, templates, schema, connect, color, ...source }: ProposalArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<Proposal | undefined> {
  const { proposeDomain } = await import('../../domain-xml/define.ts');
  const { diffText } = await import('../../domain-xml/xml/diff-text.ts');
  progress.step(`${name}: rendering and checking`);
  const proposal = await proposeDomain({
    name,
    folders: templates,
    ...descriptionSource(source),
    schema,
    connect: connect,
  });
  progress.end();
  for (const line of [...proposal.warnings, ...proposal.problems]) terminal.complain(`domain-xml: ${line}`);
  if (proposal.problems.length > 0) return undefined;
  const { changes, path } = proposal;
  const colour = inColour(color, terminal);
  terminal.print(diffText({ lines: changes, before: `virsh dumpxml ${name}`, after: path, colour }));
  return proposal;
}
