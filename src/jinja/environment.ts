import { join } from '../host/paths.ts';
import { strictTextOf } from '../host/strict-text.ts';
import { addon } from '../native/addon.ts';
import { readBytes } from '../native/read-bytes.ts';
import type { TemplateReference } from './compile/references.ts';
import type { CompiledTemplate, CompileOptions, Precompiled, TemplateFactory } from './compiled.ts';
import { isTemplateNotFound, JinjaError, raise } from './errors.ts';
import { toValue } from './json.ts';
import type { Filter, RenderEnvironment } from './runtime/context.ts';
import { defaultFilters } from './runtime/filters/index.ts';
import { defaultGlobals } from './runtime/globals.ts';
import * as runtime from './runtime/index.ts';
import { each } from './runtime/iteration.ts';
import { repr } from './runtime/repr.ts';
import { defaultTests } from './runtime/tests.ts';
import { textOf, typeName } from './runtime/types.ts';
import { Undefined } from './runtime/undefined.ts';
import type { Value } from './runtime/values.ts';
import { Template } from './template.ts';

export interface EnvironmentOptions {
  /** Folders that hold templates; the first that has a name wins. */
  searchPath: string[];
  /** More variables for every template, on top of Jinja2's own. */
  globals?: Record<string, unknown>;
  /** On unless told otherwise. */
  autoescape?: boolean;
  /** How long one rendering may take; TimeoutError after that. */
  timeLimitMilliseconds?: number;
  /** Reads a file of the search path; the place for checks. What it throws is passed on, but ENOENT and ENOTDIR. */
  readTemplate?: (path: string) => string;
  precompiled?: Precompiled;
}

/** What takes templates apart; it is loaded only when it is needed. */
export interface Compiler {
  /**
   * The body of a TemplateFactory for a template's source.
   * @throws TemplateSyntaxError and its kin
   */
  compile(environment: Environment, options: CompileOptions): string;
  findReferences(source: string): TemplateReference[];
}

const DEFAULT_TIME_LIMIT = 10_000;

const LARGEST_TEMPLATE = 64 * 1024 * 1024;

let compiler: Compiler | null = null;

/** Tells the environments how templates are compiled that were not compiled at build time. */
export function installCompiler(installed: Compiler): void {
  compiler = installed;
}

/** Thrown where a template must be compiled and the compiler has not been loaded: see `loadCompiler`. */
export class CompilerMissing extends Error {}

/** Jinja2's Environment with StrictUndefined, over folders of templates. */
export class Environment implements RenderEnvironment {
  readonly searchPath: readonly string[];
  readonly globals: Map<string, Value>;
  readonly filters: Map<string, Filter> = defaultFilters();
  readonly tests: Map<string, Filter> = defaultTests();
  readonly autoescape: boolean;
  readonly timeLimitMilliseconds: number;
  readonly #readTemplate: (path: string) => string;
  readonly #precompiled: Precompiled;
  readonly #templates = new Map<string, Template>();

  constructor(options: EnvironmentOptions) {
    this.searchPath = options.searchPath;
    this.globals = defaultGlobals();
    for (const [name, value] of Object.entries(options.globals ?? {})) this.globals.set(name, toValue(value));
    this.autoescape = options.autoescape ?? true;
    this.timeLimitMilliseconds = options.timeLimitMilliseconds ?? DEFAULT_TIME_LIMIT;
    this.#readTemplate = options.readTemplate ?? readText;
    this.#precompiled = options.precompiled ?? new Map();
  }

  /**
   * The template of that name.
   * @throws TemplateNotFound, and what its syntax raises
   */
  getTemplate(name: Value): Template {
    if (name instanceof Undefined) return name.fail();
    const text =
      textOf(name) ?? raise('TypeError', `a template name must be a string, not ${typeName(name)}`);
    const known = this.#templates.get(text);
    if (known !== undefined) return known;
    const { path, source } = this.#find(text) ?? raise('TemplateNotFound', text);
    const template = this.#make(text, path, source);
    this.#templates.set(text, template);
    return template;
  }

  /** The first of several templates that exists. */
  selectTemplate(names: Value): Template {
    if (names instanceof Undefined) return names.fail();
    const tried: string[] = [];
    for (const name of each(names)) {
      try {
        return this.getTemplate(name);
      } catch (error) {
        if (!isTemplateNotFound(error) && !isUndefined(error)) throw error;
        tried.push(textOf(name) ?? repr(name));
      }
    }
    if (tried.length === 0)
      return raise('TemplatesNotFound', 'Tried to select from an empty list of templates.');
    return raise('TemplatesNotFound', `none of the templates given were found: ${tried.join(', ')}`);
  }

  /** By one name or by several. */
  getOrSelectTemplate(names: Value): Template {
    return textOf(names) !== undefined || names instanceof Undefined
      ? this.getTemplate(names)
      : this.selectTemplate(names);
  }

  /** A template from its text. */
  fromString(source: string, name: string | null = null): Template {
    return this.#make(name, null, source);
  }

  /**
   * What a template's source extends, includes and imports.
   * @throws TemplateSyntaxError
   */
  referencedTemplates(source: string): TemplateReference[] {
    return needCompiler().findReferences(source);
  }

  /** Where a template of that name lies, null if nowhere. */
  findTemplate(name: string): string | null {
    return this.#find(name)?.path ?? null;
  }

  #find(name: string): { path: string; source: string } | null {
    const parts = name.split('/').filter(part => part !== '' && part !== '.');
    if (parts.includes('..') || name.includes('\0') || name.includes('\\')) return null;
    for (const folder of this.searchPath) {
      const path = join(folder, ...parts);
      try {
        return { path, source: this.#readTemplate(path) };
      } catch (error) {
        if (!isMissingFile(error)) throw error;
      }
    }
    return null;
  }

  #make(name: string | null, path: string | null, source: string): Template {
    const precompiled = name === null ? undefined : this.#precompiled.get(name);
    const factory =
      precompiled?.source === source && this.autoescape
        ? precompiled.create
        : this.#compile({ name, path, source });
    return new Template(
      this,
      { name, path, source },
      template => factory(runtime, template) satisfies CompiledTemplate,
    );
  }

  #compile(options: CompileOptions): TemplateFactory {
    return new Function('runtime', 'template', needCompiler().compile(this, options)) as TemplateFactory;
  }
}

function needCompiler(): Compiler {
  if (compiler === null) throw new CompilerMissing('the template compiler has not been loaded');
  return compiler;
}

/**
 * The text of a file.
 * @throws UnicodeDecodeError where Python does, instead of putting something else in
 */
function readText(path: string): string {
  const descriptor = addon().openFile(path, addon().openFlags.readOnly, 0);
  try {
    const bytes = readBytes(descriptor, LARGEST_TEMPLATE);
    if (bytes === undefined) return raise('MemoryError', `${path} is larger than ${LARGEST_TEMPLATE} bytes`);
    return strictTextOf(bytes) ?? raise('UnicodeDecodeError', `${path} is not UTF-8 text`);
  } finally {
    addon().closeFile(descriptor);
  }
}

function isUndefined(error: unknown): boolean {
  return error instanceof JinjaError && error.pythonName === 'UndefinedError';
}

function isMissingFile(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
