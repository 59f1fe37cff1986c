import { raise } from '../errors.ts';
import { repr } from './repr.ts';
import { type KeywordArguments, PythonObject, type Value } from './values.ts';

/** A parameter: its name, and its default if it has one. */
export type Parameter = string | readonly [name: string, otherwise: Value];

export interface Parameters {
  names: readonly string[];
  defaults: readonly (Value | undefined)[];
  /** Whether arguments may be given by name. */
  keywords: boolean;
  /** Whether more positional arguments than parameters are taken. */
  rest: boolean;
}

/** Parameters as `['width', ['fill', ' ']]`. */
export function parameters(list: readonly Parameter[], { keywords = true, rest = false } = {}): Parameters {
  return {
    names: list.map(item => (typeof item === 'string' ? item : item[0])),
    defaults: list.map(item => (typeof item === 'string' ? undefined : item[1])),
    keywords,
    rest,
  };
}

/**
 * Puts the arguments of a call in the order of the parameters.
 * @throws TypeError as Python does
 */
export function bindArguments(
  name: string,
  to: Parameters,
  args: Value[],
  keywords: KeywordArguments,
): Value[] {
  const { names, defaults } = to;
  if (args.length > names.length && !to.rest) {
    return raise(
      'TypeError',
      `${name}() takes ${names.length} positional argument${names.length === 1 ? '' : 's'} but ${args.length} were given`,
    );
  }
  const bound = args.slice();
  const given = keywords === null ? 0 : keywords.size;
  let used = 0;
  for (let index = args.length; index < names.length; index++) {
    const parameter = names[index] as string;
    let value = given > 0 && to.keywords ? keywords?.get(parameter) : undefined;
    if (value !== undefined) used += 1;
    else value = defaults[index];
    if (value === undefined)
      return raise('TypeError', `${name}() missing required argument: ${repr(parameter)}`);
    bound.push(value);
  }
  if (given > used) refuseKeyword(name, to, args.length, keywords as Map<string, Value>);
  return bound;
}

function refuseKeyword(
  name: string,
  to: Parameters,
  positional: number,
  keywords: Map<string, Value>,
): never {
  if (!to.keywords) return raise('TypeError', `${name}() takes no keyword arguments`);
  for (const keyword of keywords.keys()) {
    const index = to.names.indexOf(keyword);
    if (index >= 0 && index < positional) {
      return raise('TypeError', `${name}() got multiple values for argument ${repr(keyword)}`);
    }
    if (index < 0) return raise('TypeError', `${name}() got an unexpected keyword argument ${repr(keyword)}`);
  }
  return raise('TypeError', `${name}() got an unexpected keyword argument`);
}

/** A method of a built-in type: takes the object and its arguments, bound and in order. */
export interface Method<T extends Value> {
  parameters: Parameters;
  run(self: T, ...args: Value[]): Value;
  /** For the few that take any arguments. */
  free?: (self: T, args: Value[], keywords: KeywordArguments) => Value;
}

/** A method together with its object, as `x.upper` gives. */
export class BoundMethod<T extends Value> extends PythonObject {
  readonly #name: string;
  readonly #self: T;
  readonly #method: Method<T>;

  constructor(name: string, self: T, method: Method<T>) {
    super();
    this.#name = name;
    this.#self = self;
    this.#method = method;
  }

  override get typeName(): string {
    return 'builtin_function_or_method';
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(args: Value[], keywords: KeywordArguments): Value {
    const { free } = this.#method;
    if (free !== undefined) return free(this.#self, args, keywords);
    return this.#method.run(
      this.#self,
      ...bindArguments(this.#name, this.#method.parameters, args, keywords),
    );
  }

  override repr(): string {
    return `<built-in method ${this.#name}>`;
  }
}

/** Shorthand for a method without keyword arguments, as most of the built-in types' are. */
export function method<T extends Value>(
  list: readonly Parameter[],
  run: (self: T, ...args: Value[]) => Value,
  keywords = false,
): Method<T> {
  return { parameters: parameters(list, { keywords }), run };
}

/** A method that takes its arguments as they come. */
export function freeMethod<T extends Value>(
  free: (self: T, args: Value[], keywords: KeywordArguments) => Value,
): Method<T> {
  return { parameters: parameters([]), run: () => null, free };
}

/** A function of the host: `run` gets its arguments in the order of the parameters. */
export class HostFunction extends PythonObject {
  readonly name: string;
  readonly #parameters: Parameters;
  readonly #run: (...args: Value[]) => Value;

  constructor(name: string, list: readonly Parameter[], run: (...args: Value[]) => Value, rest = false) {
    super();
    this.name = name;
    this.#parameters = parameters(list, { rest });
    this.#run = run;
  }

  override get typeName(): string {
    return 'function';
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(args: Value[], keywords: KeywordArguments): Value {
    return this.#run(...bindArguments(this.name, this.#parameters, args, keywords));
  }

  override repr(): string {
    return `<function ${this.name}>`;
  }
}

/** A function of the host that takes whatever arguments it is given. */
export class FreeFunction extends PythonObject {
  readonly name: string;
  readonly #kind: string;
  readonly #run: (args: Value[], keywords: KeywordArguments) => Value;

  constructor(name: string, run: (args: Value[], keywords: KeywordArguments) => Value, kind = 'function') {
    super();
    this.name = name;
    this.#run = run;
    this.#kind = kind;
  }

  override get typeName(): string {
    return this.#kind;
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(args: Value[], keywords: KeywordArguments): Value {
    return this.#run(args, keywords);
  }

  override repr(): string {
    return this.#kind === 'type' ? `<class '${this.name}'>` : `<function ${this.name}>`;
  }
}
