import { Refusal } from '../words/refusal.ts';
import { type TemplateReference, templateReferences } from './references.ts';
import { openFolders } from './request.ts';
import type { TemplateFile, TemplateFolders } from './search/folders.ts';
import { checkVmName, domainTemplateNames } from './search/names.ts';
import { noTemplate } from './search/no-template.ts';
import { type StrayBlock, strayBlocks } from './stray-blocks.ts';

/** A path where a VM's template could be. */
export interface Candidate {
  template: string;
  path: string;
  /** `used` is the first that exists; an `unusable` one before it stops every rendering. */
  state: 'used' | 'exists' | 'missing' | 'unusable';
  /** Why it is unusable. */
  problem: string | null;
}

/** A reference of one template to another. */
export interface Reference extends TemplateReference {
  /** The path of the template that refers. */
  from: string;
  /** The path that the name stands for; null where there is no such template. */
  path: string | null;
}

/** Everything that `which` has to say. */
export interface TemplateSearch {
  name: string;
  candidates: Candidate[];
  references: Reference[];
  strayBlocks: StrayBlock[];
}

/**
 * Looks for a VM's template.
 * @throws Refusal for a name that is none, Refusal for unusable folders
 */
export async function searchTemplates(request: {
  name: string;
  folders: readonly string[];
}): Promise<TemplateSearch> {
  checkVmName(request.name);
  const folders = openFolders(request.folders);
  const candidates: Candidate[] = [];
  let used: TemplateFile | undefined;
  let decided = false;
  for (const template of domainTemplateNames(request.name)) {
    for (const [index, path] of folders.candidates(template).entries()) {
      const { file, problem } = lookAt(folders, index, template);
      if (file !== undefined && !decided) used = file;
      const state: Candidate['state'] =
        problem !== null ? 'unusable' : file === undefined ? 'missing' : decided ? 'exists' : 'used';
      decided ||= state !== 'missing';
      candidates.push({ template, path, state, problem });
    }
  }
  const references = used === undefined ? [] : await referencesOf(used, folders);
  const stray = used === undefined ? [] : await strayBlocks(used, folders);
  return { name: request.name, candidates, references, strayBlocks: stray };
}

/** @throws Refusal where the search found no template that can be used */
export function requireUsable({ name, candidates }: TemplateSearch): void {
  const first = candidates.find(({ state }) => state !== 'missing');
  if (first === undefined)
    throw noTemplate(
      name,
      candidates.map(({ path }) => path),
    );
  if (first.problem !== null) throw new Refusal(first.problem);
}

function lookAt(
  folders: TemplateFolders,
  index: number,
  template: string,
): { file: TemplateFile | undefined; problem: string | null } {
  try {
    return { file: folders.readIn(index, template), problem: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { file: undefined, problem: error.message };
  }
}

/** What the template draws in, and what that draws in, each once. */
async function referencesOf(template: TemplateFile, folders: TemplateFolders): Promise<Reference[]> {
  const references: Reference[] = [];
  const seen = new Set([template.path]);
  const waiting = [template];
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    for (const { relation, template: name } of await templateReferences(file)) {
      const found = name === null ? undefined : folders.read(name);
      references.push({ from: file.path, relation, template: name, path: found?.path ?? null });
      if (found !== undefined && !seen.has(found.path)) {
        seen.add(found.path);
        waiting.push(found);
      }
    }
  }
  return references;
}
