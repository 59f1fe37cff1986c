import type { Parameters } from './functions.ts';
import { truthy } from './iteration.ts';
import { Undefined } from './undefined.ts';
import type { KeywordArguments, Value } from './values.ts';

/** The text that a block, or a template outside its blocks, gives. */
export type RenderFunction = (context: Context) => string;

/** What a filter or test may know of where it is used; `context` is missing while constants are folded. */
export interface FilterState {
  readonly environment: RenderEnvironment;
  readonly autoescape: boolean;
  readonly context: Context | null;
}

/** A filter: the value comes first, then the arguments in the order of the parameters. */
export interface Filter {
  readonly parameters: Parameters;
  /** Filters that need the context are not folded into constants. */
  readonly needsContext: boolean;
  run(state: FilterState, ...args: Value[]): Value;
  /** For those that take any arguments. */
  readonly free?: (state: FilterState, args: Value[], keywords: KeywordArguments) => Value;
}

export type Test = Filter;

/** What a rendering needs of its environment. */
export interface RenderEnvironment {
  readonly autoescape: boolean;
  readonly globals: ReadonlyMap<string, Value>;
  readonly filters: ReadonlyMap<string, Filter>;
  readonly tests: ReadonlyMap<string, Test>;
  getTemplate(name: Value): RenderTemplate;
  selectTemplate(names: Value): RenderTemplate;
  getOrSelectTemplate(names: Value): RenderTemplate;
}

/** What compiled code does with another template. */
export interface RenderTemplate {
  readonly name: string | null;
  readonly root: RenderFunction;
  readonly blocks: ReadonlyMap<string, RenderFunction>;
  /** A context for an include or an import: `shared` variables of the caller, and its locals. */
  newContext(variables: Map<string, Value>, locals: Locals): Context;
  makeModule(variables: Map<string, Value>, locals: Locals): Value;
  /** The module without a context, the same one for a whole rendering. */
  defaultModule(context: Context): Value;
  defaultBody(): string;
}

/** Local variables by name; undefined where one has no value yet. */
export type Locals = Record<string, Value | undefined>;

/** The variables of a template while it is rendered. */
export class Context {
  readonly environment: RenderEnvironment;
  readonly name: string | null;
  readonly parent: Map<string, Value>;
  readonly vars = new Map<string, Value>();
  readonly exported = new Set<string>();
  blocks: Map<string, RenderFunction[]>;
  #autoescape: boolean | Undefined;

  constructor(
    environment: RenderEnvironment,
    name: string | null,
    parent: Map<string, Value>,
    blocks: ReadonlyMap<string, RenderFunction>,
  ) {
    this.environment = environment;
    this.name = name;
    this.parent = parent;
    this.#autoescape = environment.autoescape;
    this.blocks = new Map();
    for (const [block, render] of blocks) this.blocks.set(block, [render]);
  }

  /**
   * Whether what is printed is escaped.
   * @throws UndefinedError if an autoescape block was given an Undefined
   */
  get autoescape(): boolean {
    return this.#autoescape instanceof Undefined ? this.#autoescape.truthy() : this.#autoescape;
  }

  /** Sets it for an autoescape block; gives back what `revertAutoescape` needs. */
  changeAutoescape(value: Value): boolean | Undefined {
    const before = this.#autoescape;
    this.#autoescape = value instanceof Undefined ? value : truthy(value);
    return before;
  }

  revertAutoescape(before: boolean | Undefined): void {
    this.#autoescape = before;
  }

  /** A context is what filters and tests get to know. */
  get context(): Context {
    return this;
  }

  /** The variable's value, or undefined if there is none. */
  resolve(name: string): Value | undefined {
    const own = this.vars.get(name);
    return own === undefined ? this.parent.get(name) : own;
  }

  /** All variables. Not a copy where none were set: do not change it. */
  all(): Map<string, Value> {
    if (this.vars.size === 0) return this.parent;
    if (this.parent.size === 0) return this.vars;
    return new Map([...this.parent, ...this.vars]);
  }

  /** The context of a scoped block: the same, with the locals on top. */
  derived(locals: Locals): Context {
    const derived = new Context(this.environment, this.name, withLocals(this.all(), locals), new Map());
    derived.#autoescape = this.#autoescape;
    for (const [block, stack] of this.blocks) derived.blocks.set(block, stack.slice());
    return derived;
  }

  /** Puts a parent template's blocks under those that are there. */
  addBlocks(blocks: ReadonlyMap<string, RenderFunction>): void {
    for (const [name, render] of blocks) {
      const stack = this.blocks.get(name);
      if (stack === undefined) this.blocks.set(name, [render]);
      else stack.push(render);
    }
  }

  /** Renders the block's topmost version. */
  renderBlock(name: string, context: Context): string {
    const render = this.blocks.get(name)?.[0];
    return render === undefined ? '' : render(context);
  }

  /** Sets variables at the top level of a template; those whose names allow it are exported. */
  assign(values: Locals): void {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      this.vars.set(name, value);
      if (!name.startsWith('_')) this.exported.add(name);
    }
  }

  /** Sets variables that came by an import: they are not exported again. */
  assignImported(values: Locals): void {
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) this.vars.set(name, value);
      if (!name.startsWith('_')) this.exported.delete(name);
    }
  }
}

/** A copy of the variables with the locals that have a value. */
export function withLocals(variables: Map<string, Value>, locals: Locals): Map<string, Value> {
  const entries = Object.entries(locals);
  if (entries.length === 0) return variables;
  const merged = new Map(variables);
  for (const [name, value] of entries) if (value !== undefined) merged.set(name, value);
  return merged;
}
