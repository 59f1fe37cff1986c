import { raise } from '../errors.ts';
import { makeDict } from './dict-methods.ts';
import { FreeFunction, HostFunction } from './functions.ts';
import { lipsum } from './lipsum.ts';
import { Range } from './range.ts';
import { repr } from './repr.ts';
import { typeName } from './types.ts';
import { Dict, PythonObject, Tuple, type Value } from './values.ts';

/** `namespace(...)`: an object whose attributes `{% set ns.x = … %}` may change. */
export class Namespace extends PythonObject {
  readonly #attributes: Dict;

  constructor(attributes: Dict) {
    super();
    this.#attributes = attributes;
  }

  override get typeName(): string {
    return 'Namespace';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.utils.Namespace';
  }

  override attribute(name: string): Value | undefined {
    return this.#attributes.get(name);
  }

  assign(name: string, value: Value): void {
    this.#attributes.set(name, value);
  }

  override repr(): string {
    return `<Namespace ${repr(this.#attributes)}>`;
  }
}

/** Python's `target[name] = value`, which sets an attribute of a namespace. A set block does not ask whether it is one. */
export function assignItem(target: Value | undefined, name: string, value: Value): void {
  if (target instanceof Namespace) target.assign(name, value);
  else if (target instanceof Dict) target.set(name, value);
  else if (Array.isArray(target)) raise('TypeError', 'list indices must be integers or slices, not str');
  else {
    const type = target === undefined ? '_MissingType' : typeName(target);
    raise('TypeError', `'${type}' object does not support item assignment`);
  }
}

/** Sees to it that `{% set ns.x = … %}` has a namespace to set an attribute of. */
export function requireNamespace(target: Value | undefined): void {
  if (!(target instanceof Namespace)) {
    raise('TemplateRuntimeError', 'cannot assign attribute on non-namespace object');
  }
}

class Cycler extends PythonObject {
  readonly #items: Value[];
  #position = 0;

  constructor(items: Value[]) {
    super();
    if (items.length === 0) raise('RuntimeError', 'at least one item has to be provided');
    this.#items = items;
  }

  override get typeName(): string {
    return 'Cycler';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.utils.Cycler';
  }

  #current(): Value {
    return this.#items[this.#position] ?? null;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.#current();
      case 'items':
        return new Tuple(this.#items);
      case 'pos':
        return this.#position;
      case 'next':
        return new HostFunction('next', [], () => this.#next());
      case 'reset':
        return new HostFunction('reset', [], () => {
          this.#position = 0;
          return null;
        });
      default:
        return undefined;
    }
  }

  #next(): Value {
    const current = this.#current();
    this.#position = (this.#position + 1) % this.#items.length;
    return current;
  }
}

class Joiner extends PythonObject {
  readonly #separator: Value;
  #used = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override get typeName(): string {
    return 'Joiner';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.utils.Joiner';
  }

  override attribute(name: string): Value | undefined {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#used : undefined;
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(args: Value[]): Value {
    if (args.length > 0) raise('TypeError', 'Joiner.__call__() takes 1 positional argument');
    if (this.#used) return this.#separator;
    this.#used = true;
    return '';
  }
}

/** A new set of the globals that every template of Jinja2 has. */
export function defaultGlobals(): Map<string, Value> {
  return new Map<string, Value>([
    ['range', new FreeFunction('range', (args, keywords) => rangeOf(args, keywords), 'type')],
    ['dict', new FreeFunction('dict', makeDict, 'type')],
    ['lipsum', lipsum],
    [
      'cycler',
      new FreeFunction(
        'jinja2.utils.Cycler',
        (args, keywords) => new Cycler(positional(args, keywords, 'Cycler')),
        'type',
      ),
    ],
    [
      'joiner',
      new FreeFunction(
        'jinja2.utils.Joiner',
        (args, keywords) => new Joiner(separatorOf(args, keywords)),
        'type',
      ),
    ],
    [
      'namespace',
      new FreeFunction(
        'jinja2.utils.Namespace',
        (args, keywords) => new Namespace(makeDict(args, keywords)),
        'type',
      ),
    ],
  ]);
}

function rangeOf(args: Value[], keywords: Map<string, Value> | null): Value {
  return Range.of(positional(args, keywords, 'range'));
}

function positional(args: Value[], keywords: Map<string, Value> | null, name: string): Value[] {
  if (keywords !== null && keywords.size > 0) raise('TypeError', `${name}() takes no keyword arguments`);
  return args;
}

function separatorOf(args: Value[], keywords: Map<string, Value> | null): Value {
  const [separator = ', ', more] = [...args, ...(keywords?.values() ?? [])];
  const [name = 'sep'] = keywords?.keys() ?? [];
  if (more !== undefined || name !== 'sep')
    raise('TypeError', "Joiner.__init__() takes only the argument 'sep'");
  return separator;
}
