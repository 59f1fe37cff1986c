import { readDescription } from './description/read.ts';
import { checkVmDescription, type VmDescription } from './description/vm-description.ts';
import { DEFAULT_FOLDERS, TemplateFolders } from './search/folders.ts';
import { checkVmName } from './search/names.ts';

/** Which VM, from which description, with the templates of which folders. */
export interface DomainRequest {
  name: string;
  /** The folders named on the command line, in search order; none: the default ones. */
  folders: readonly string[];
  /** The VM's description in JSON: a path, or "-" for standard input. */
  vmFile: string;
}

/** The folders to search. In a run as root only what root alone can write is used. */
export function openFolders(folders: readonly string[]): TemplateFolders {
  return new TemplateFolders({
    folders: folders.length > 0 ? folders : DEFAULT_FOLDERS,
    mustExist: folders.length > 0,
    onlyOwner: process.geteuid?.() === 0 ? 0 : null,
  });
}

/** A VM's description as it was read, and what is odd about it. */
export interface DescribedVm {
  description: VmDescription;
  warnings: string[];
}

/**
 * Reads the description. One of another VM is used all the same, with a warning: NAME says whose templates are
 * taken, the description what they are filled with. Raises DomainXmlError.
 */
export function readVm({ name, vmFile }: DomainRequest): DescribedVm {
  checkVmName(name);
  const description = readDescription(vmFile, checkVmDescription);
  if (description.name === name) return { description, warnings: [] };
  const file = vmFile === '-' ? 'standard input' : vmFile;
  const warning = `warning: ${file} describes VM ${description.name}: it is rendered with the templates of ${name}`;
  return { description, warnings: [warning] };
}
