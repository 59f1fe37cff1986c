import { loadCompiler } from '../jinja/index.ts';
import { describeJinjaError } from './environment.ts';
import type { TemplateFile, TemplateFolders } from './search/folders.ts';

/** A block that a template fills, and that none of those that it extends has: nothing of it is ever printed. */
export interface StrayBlock {
  /** The path of the template. */
  path: string;
  line: number;
  block: string;
  /** What it extends, by its name. */
  parent: string;
  /** The blocks that are there to be filled. */
  known: string[];
}

/** Says it in a line. */
export function strayBlockText({ path, line, block, parent, known }: StrayBlock): string {
  const there = known.length === 0 ? 'which has none' : `which has ${known.join(', ')}`;
  return `warning: ${path}, line ${line}: block ${block} is not printed: there is none of that name in ${parent}, ${there}`;
}

/**
 * The stray blocks of a template, and of those that it extends. Where a name is computed while rendering, or a template is
 * missing, nothing can be told.
 * @throws Refusal for a syntax error
 */
export async function strayBlocks(template: TemplateFile, folders: TemplateFolders): Promise<StrayBlock[]> {
  const { findBlocks, findReferences } = await loadCompiler();
  const found: StrayBlock[] = [];
  const seen = new Set<string>();

  /** Every block that the template and those above it have or print; undefined where that cannot be told. */
  const blocksOf = (file: TemplateFile): Set<string> | undefined => {
    if (seen.has(file.path)) return undefined;
    seen.add(file.path);
    const { blocks, called, parents } = read(file);
    const above = parentBlocks(parents);
    const parent = parents[0];
    if (above !== undefined && parent !== undefined) {
      const known = [...above].sort();
      for (const { name, line, nested } of blocks) {
        if (nested || above.has(name) || called.includes(name)) continue;
        found.push({ path: file.path, line, block: name, parent, known });
      }
    }
    return above === undefined
      ? undefined
      : new Set([...above, ...called, ...blocks.map(({ name }) => name)]);
  };

  const parentBlocks = (parents: readonly (string | undefined)[]): Set<string> | undefined => {
    const all = new Set<string>();
    for (const name of parents) {
      const file = name === undefined ? undefined : folders.read(name);
      const blocks = file === undefined ? undefined : blocksOf(file);
      if (blocks === undefined) return undefined;
      for (const block of blocks) all.add(block);
    }
    return all;
  };

  const read = ({ source, path }: TemplateFile) => {
    try {
      const parents = findReferences(source).flatMap(({ kind, names }) =>
        kind !== 'extends' ? [] : names.length === 1 ? names : [undefined],
      );
      return { ...findBlocks(source), parents };
    } catch (error) {
      throw describeJinjaError(error, '', path);
    }
  };

  blocksOf(template);
  return found;
}
