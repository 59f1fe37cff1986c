import { host } from '../host/host.ts';
import type { DescriptionSource } from './description/describe.ts';
import { DEFAULT_FOLDERS, TemplateFolders } from './search/folders.ts';

/** Which VM, from which description, with the templates of which folders. */
export interface DomainRequest extends DescriptionSource {
  name: string;
  /** The folders named on the command line, in search order; none: the default ones. */
  folders: readonly string[];
}

/** The folders to search. In a run as root only what root alone can write is used. */
export function openFolders(folders: readonly string[]): TemplateFolders {
  return new TemplateFolders({
    folders: folders.length > 0 ? folders : DEFAULT_FOLDERS,
    mustExist: folders.length > 0,
    onlyOwner: host.effectiveUser === 0 ? 0 : undefined,
  });
}
