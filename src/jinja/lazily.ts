import { CompilerMissing, type Environment } from './environment.ts';

/** Loads the compiler, and nunjucks with it: from now on every environment can compile. */
export function loadCompiler(): Promise<typeof import('./compiler.ts')> {
  return import('./compiler.ts');
}

/**
 * Renders a template, loading the compiler only if one of those that take part was not compiled at build time.
 * The rendering then begins anew, so the variables should not be changed by it.
 */
export async function renderLazily(
  environment: Environment,
  name: string,
  variables: Record<string, unknown>,
): Promise<string> {
  try {
    return environment.getTemplate(name).render(variables);
  } catch (error) {
    if (!(error instanceof CompilerMissing)) throw error;
  }
  await loadCompiler();
  return environment.getTemplate(name).render(variables);
}
