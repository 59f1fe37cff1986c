import type { Context } from './context.ts';
import { repr } from './repr.ts';
import { PythonObject, type Value } from './values.ts';

/** What an import gives: the exported names of a template as attributes, and its text. */
export class TemplateModule extends PythonObject {
  readonly #name: string | null;
  readonly #exports: Map<string, Value>;
  /** What the template printed when it was imported. */
  readonly body: string;

  constructor(name: string | null, context: Context, body: string) {
    super();
    this.#name = name;
    this.body = body;
    this.#exports = new Map();
    for (const key of context.exported) {
      const value = context.vars.get(key);
      if (value !== undefined) this.#exports.set(key, value);
    }
  }

  override get typeName(): string {
    return 'TemplateModule';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.environment.TemplateModule';
  }

  get name(): string | null {
    return this.#name;
  }

  override attribute(name: string): Value | undefined {
    return name === '__name__' ? this.#name : this.#exports.get(name);
  }

  override str(): string {
    return this.body;
  }

  override get isMarkup(): boolean {
    return true;
  }

  override repr(): string {
    return `<TemplateModule ${this.#name === null ? 'memory:' : repr(this.#name)}>`;
  }
}
