import type { PrecompiledTemplate, TemplateFactory } from '../../jinja/index.ts';
import type { TemplateFile, TemplateFolders } from '../search/folders.ts';
import type { CompiledCache } from './cache.ts';
import type { Shipped } from './shipped.ts';

/** Makes the code of a template: the body of a function of `runtime` and `template`. */
export type CompileToCode = (file: TemplateFile) => string;

export interface CompiledTemplatesRequest {
  folders: TemplateFolders;
  shipped: Shipped;
}

/** The templates that need not be compiled (any more): those of the build, and those in the cache. */
export class CompiledTemplates extends Map<string, PrecompiledTemplate> {
  readonly #request: CompiledTemplatesRequest;
  #cache: CompiledCache | undefined;
  #compile: CompileToCode | undefined;

  constructor(request: CompiledTemplatesRequest) {
    super();
    this.#request = request;
  }

  /** From now on templates are looked for in the cache as well. */
  lookIn(cache: CompiledCache): void {
    this.#cache = cache;
  }

  /** From now on what is not in the cache is compiled, and put there. */
  compileWith(compile: CompileToCode): void {
    this.#compile = compile;
  }

  override get(name: string): PrecompiledTemplate | undefined {
    const { folders, shipped } = this.#request;
    const file = folders.read(name);
    if (file === undefined) return undefined;
    const own = shipped.templates.get(name);
    if (own?.source === file.source) return own;
    if (this.#cache === undefined) return undefined;
    const known = this.#cache.read(name, file.source);
    if (known !== undefined) return fromCode(file, known);
    if (this.#compile === undefined) return undefined;
    const code = this.#compile(file);
    this.#cache.write(name, file.source, code);
    return fromCode(file, code);
  }
}

function fromCode({ source }: TemplateFile, code: string): PrecompiledTemplate {
  return { source, create: new Function('runtime', 'template', code) as TemplateFactory };
}
