import { UsageError } from '../error.ts';
import { checkVmName } from '../search/names.ts';
import { readDescription } from './read.ts';
import { checkVmDescription, type VmDescription } from './vm-description.ts';

/** Where a VM's description comes from. */
export interface DescriptionSource {
  /** The description in JSON: a path, or "-" for standard input. */
  vmFile?: string | undefined;
}

/** A VM's description as it was found, and what is odd about it. */
export interface DescribedVm {
  description: VmDescription;
  /** What the description was made from, as messages name it: a file's path, or standard input. */
  origin: string;
  /** One line each. */
  warnings: string[];
}

/**
 * Gives the description of a VM. One in JSON of another VM is used all the same, with a warning: NAME says whose
 * templates are taken, the description what they are filled with. Raises UsageError for a name that no VM can have
 * or for sources that exclude each other, DomainXmlError for everything that is wrong with the source.
 */
export async function describe(name: string, source: DescriptionSource): Promise<DescribedVm> {
  checkVmName(name);
  const { vmFile } = source;
  if (vmFile !== undefined) return readJson(name, vmFile);
  throw new UsageError('the VM has to be described: name the description in JSON with --vm');
}

function readJson(name: string, vmFile: string): DescribedVm {
  const description = readDescription(vmFile, checkVmDescription);
  const origin = vmFile === '-' ? 'standard input' : vmFile;
  if (description.name === name) return { description, origin, warnings: [] };
  const warning = `warning: ${origin} describes VM ${description.name}: it is rendered with the templates of ${name}`;
  return { description, origin, warnings: [warning] };
}
