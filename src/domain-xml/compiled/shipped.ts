import type { Precompiled } from '../../jinja/index.ts';

export interface Shipped {
  templates: Precompiled;
  /** Names the compiler that made them; undefined where the program runs without having been built. */
  compilerId: string | undefined;
}

/** The templates that were compiled when the program was built. */
export async function loadShipped(): Promise<Shipped> {
  try {
    const { templates, compilerId } = await import('./shipped-templates.js');
    return { templates, compilerId };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      return { templates: new Map(), compilerId: undefined };
    }
    throw error;
  }
}
