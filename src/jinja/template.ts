import type { CompiledTemplate, CompileOptions } from './compiled.ts';
import type { JinjaError } from './errors.ts';
import { toValue } from './json.ts';
import { withTimeLimit } from './runtime/budget.ts';
import {
  Context,
  type Locals,
  type RenderEnvironment,
  type RenderFunction,
  type RenderTemplate,
  withLocals,
} from './runtime/context.ts';
import { TemplateModule } from './runtime/module.ts';
import { located } from './runtime/operations.ts';
import type { Value } from './runtime/values.ts';

/** Lines as the compiler counts them. */
export const LINE_BREAK = /\r\n|\r|\n/;

// The modules imported without context, kept for as long as one rendering takes.
let modules: Map<Template, TemplateModule> | null = null;

/** What a template needs of its environment. */
export interface TemplateEnvironment extends RenderEnvironment {
  readonly timeLimitMilliseconds: number;
}

/** A template that is ready to be rendered. */
export class Template implements RenderTemplate {
  readonly environment: TemplateEnvironment;
  readonly name: string | null;
  /** Its file, null for one made from a string. */
  readonly path: string | null;
  readonly source: string;
  readonly root: RenderFunction;
  readonly blocks: ReadonlyMap<string, RenderFunction>;

  constructor(
    environment: TemplateEnvironment,
    { name, path, source }: CompileOptions,
    create: (template: Template) => CompiledTemplate,
  ) {
    this.environment = environment;
    this.name = name;
    this.path = path;
    this.source = source;
    const compiled = create(this);
    this.root = compiled.root;
    this.blocks = new Map(Object.entries(compiled.blocks));
  }

  /**
   * Renders it with these variables.
   * @throws JinjaError, with the template's name and line
   */
  render(variables: Record<string, unknown> = {}): string {
    const outer = modules;
    modules = new Map();
    try {
      return withTimeLimit(this.environment.timeLimitMilliseconds, () => {
        const parent = new Map(this.environment.globals);
        for (const [name, value] of Object.entries(variables)) parent.set(name, toValue(value));
        return this.root(new Context(this.environment, this.name, parent, this.blocks));
      });
    } catch (error) {
      throw located(error, this, 1);
    } finally {
      modules = outer;
    }
  }

  /** Adds name, line and text of the line to an error, unless a template within did. */
  locate(error: JinjaError, line: number): void {
    const sourceLine = this.source.split(LINE_BREAK)[line - 1] ?? null;
    error.locate({ template: this.name, path: this.path, line, sourceLine });
  }

  newContext(variables: Map<string, Value>, locals: Locals): Context {
    return new Context(this.environment, this.name, withLocals(variables, locals), this.blocks);
  }

  makeModule(variables: Map<string, Value>, locals: Locals): TemplateModule {
    const context = this.newContext(variables, locals);
    return new TemplateModule(this.name, context, this.root(context));
  }

  defaultModule(): TemplateModule {
    const known = modules?.get(this);
    if (known !== undefined) return known;
    const made = this.makeModule(new Map(this.environment.globals), {});
    modules?.set(this, made);
    return made;
  }

  defaultBody(): string {
    return this.defaultModule().body;
  }
}
