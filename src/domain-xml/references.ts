import { loadCompiler } from '../jinja/index.ts';
import { describeJinjaError } from './environment.ts';
import type { TemplateFile } from './search/folders.ts';

/** What a template says of another one. */
export interface TemplateReference {
  relation: 'extends' | 'includes' | 'imports';
  /** The other one's name; null where it is computed while rendering. */
  template: string | null;
}

const RELATIONS = { extends: 'extends', include: 'includes', import: 'imports' } as const;

/**
 * Every reference in the template, in its order, each once.
 * @throws Refusal for a syntax error
 */
export async function templateReferences({ source, path }: TemplateFile): Promise<TemplateReference[]> {
  const { findReferences } = await loadCompiler();
  let found: ReturnType<typeof findReferences>;
  try {
    found = findReferences(source);
  } catch (error) {
    throw describeJinjaError(error, '', path);
  }
  const references = new Map<string, TemplateReference>();
  for (const { kind, names } of found) {
    const relation = RELATIONS[kind];
    for (const template of names.length === 0 ? [null] : names) {
      references.set(JSON.stringify([relation, template]), { relation, template });
    }
  }
  return [...references.values()];
}
