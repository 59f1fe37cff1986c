import { raise } from '../errors.ts';
import type { Context, RenderFunction } from './context.ts';
import { repr } from './repr.ts';
import { textOf } from './types.ts';
import { Undefined } from './undefined.ts';
import { Markup, PythonObject, type Value } from './values.ts';

/** `self` in a template: its blocks, callable by name. */
export class TemplateReference extends PythonObject {
  readonly #context: Context;

  constructor(context: Context) {
    super();
    this.#context = context;
  }

  override get typeName(): string {
    return 'TemplateReference';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.runtime.TemplateReference';
  }

  override get hasItems(): boolean {
    return true;
  }

  override item(key: Value): Value {
    const name = textOf(key);
    const stack = name === undefined ? undefined : this.#context.blocks.get(name);
    if (name === undefined || stack === undefined) return raise('KeyError', repr(key));
    return new BlockReference(name, this.#context, stack, 0);
  }

  override repr(): string {
    return `<TemplateReference ${repr(this.#context.name)}>`;
  }
}

/** One version of a block: what `super` and `self.name` are. */
export class BlockReference extends PythonObject {
  readonly #name: string;
  readonly #context: Context;
  readonly #stack: RenderFunction[];
  readonly #depth: number;

  constructor(name: string, context: Context, stack: RenderFunction[], depth: number) {
    super();
    this.#name = name;
    this.#context = context;
    this.#stack = stack;
    this.#depth = depth;
  }

  override get typeName(): string {
    return 'BlockReference';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.runtime.BlockReference';
  }

  override attribute(name: string): Value | undefined {
    if (name === 'name') return this.#name;
    if (name !== 'super') return undefined;
    if (this.#depth + 1 >= this.#stack.length) return noParentBlock(this.#name);
    return new BlockReference(this.#name, this.#context, this.#stack, this.#depth + 1);
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(args: Value[]): Value {
    if (args.length > 0) return raise('TypeError', 'BlockReference.__call__() takes 1 positional argument');
    const render = this.#stack[this.#depth];
    const text = render === undefined ? '' : render(this.#context);
    return this.#context.autoescape ? new Markup(text) : text;
  }
}

/** What `super` is inside `current`, one version of block `name`. */
export function superOf(context: Context, name: string, current: RenderFunction): Value {
  const stack = context.blocks.get(name) ?? [];
  const index = stack.indexOf(current) + 1;
  if (index === 0 || index >= stack.length) return noParentBlock(name);
  return new BlockReference(name, context, stack, index);
}

/** The Undefined for a super block that is not there. */
function noParentBlock(name: string): Undefined {
  return new Undefined(() => `there is no parent block called ${repr(name)}.`);
}
