import type { JinjaError } from './errors.ts';
import type { RenderFunction } from './runtime/context.ts';
import type * as runtime from './runtime/index.ts';

/** The module that compiled templates call. */
export type Runtime = typeof runtime;

/** A compiled template: what it prints outside its blocks, and its blocks. */
export interface CompiledTemplate {
  root: RenderFunction;
  blocks: Record<string, RenderFunction>;
}

/** Where a template's errors say they came from. */
export interface ErrorLocator {
  locate(error: JinjaError, line: number): void;
}

/** What the compiler makes of a template: a function that is given the runtime. */
export type TemplateFactory = (runtime: Runtime, template: ErrorLocator) => CompiledTemplate;

/**
 * A template compiled at build time. It is used only while the file found in the search path still says exactly
 * `source`: an edited file is compiled anew.
 */
export interface PrecompiledTemplate {
  source: string;
  create: TemplateFactory;
}

/** Templates compiled at build time, by name. */
export type Precompiled = ReadonlyMap<string, PrecompiledTemplate>;

/** What a compiler needs to know of an environment. */
export interface CompileOptions {
  name: string | null;
  path: string | null;
  source: string;
}
