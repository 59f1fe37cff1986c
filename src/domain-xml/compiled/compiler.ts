import { host } from '../../host/host.ts';
import { CompilerMissing, Environment, loadCompiler } from '../../jinja/index.ts';
import type { TemplateFolders } from '../search/folders.ts';
import { CompiledTemplates } from './compiled-templates.ts';
import { loadShipped } from './shipped.ts';

/**
 * Does the work with the templates that were compiled at build time; if that does not do, with those in the cache
 * as well; and only then with the compiler, which takes longer to load and run than everything else together. The
 * work may be begun three times, and must read nothing that can be read once only.
 */
export async function withCompiled<T>(
  folders: TemplateFolders,
  work: (precompiled: CompiledTemplates) => T,
): Promise<T> {
  const shipped = await loadShipped();
  const compiled = new CompiledTemplates({ folders, shipped });
  const attempt = () => workUnlessCompilerMissing(() => work(compiled));
  let done = attempt();
  if (done === undefined && shipped.compilerId !== undefined && host.effectiveUser === 0) {
    const { CACHE_FOLDER, CompiledCache } = await import('./cache.ts');
    compiled.lookIn(new CompiledCache({ folder: CACHE_FOLDER, compilerId: shipped.compilerId, owner: 0 }));
    done = attempt();
  }
  if (done !== undefined) return done.result;
  const { compileToCode } = await loadCompiler();
  const environment = new Environment({ searchPath: [] });
  compiled.compileWith(file => compileToCode(environment, file));
  return work(compiled);
}

function workUnlessCompilerMissing<T>(work: () => T): { result: T } | undefined {
  try {
    return { result: work() };
  } catch (error) {
    if (error instanceof CompilerMissing) return undefined;
    throw error;
  }
}
