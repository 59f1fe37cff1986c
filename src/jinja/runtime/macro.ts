import { raise } from '../errors.ts';
import { spend } from './budget.ts';
import { repr } from './repr.ts';
import { Undefined } from './undefined.ts';
import { Dict, type KeywordArguments, Markup, PythonObject, Tuple, type Value } from './values.ts';

/** The compiled body; an argument that was not given is undefined. */
export type MacroBody = (...args: (Value | undefined)[]) => string;

export interface MacroTraits {
  /** Whether the body looks at `kwargs`, `varargs` and `caller`. */
  kwargs: boolean;
  varargs: boolean;
  caller: boolean;
}

/** A macro, or the body of a call block (then without a name). */
export class Macro extends PythonObject {
  readonly #body: MacroBody;
  readonly #name: string | null;
  readonly #parameters: string[];
  readonly #traits: MacroTraits;
  readonly #autoescape: boolean;

  constructor(
    autoescape: boolean,
    body: MacroBody,
    name: string | null,
    parameters: string[],
    traits: MacroTraits,
  ) {
    super();
    this.#autoescape = autoescape;
    this.#body = body;
    this.#name = name;
    this.#parameters = parameters;
    this.#traits = traits;
  }

  override get typeName(): string {
    return 'Macro';
  }

  override get qualifiedTypeName(): string {
    return 'jinja2.runtime.Macro';
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'name':
        return this.#name;
      case 'arguments':
        return new Tuple(this.#parameters);
      case 'catch_kwargs':
        return this.#traits.kwargs;
      case 'catch_varargs':
        return this.#traits.varargs;
      case 'caller':
        return this.#traits.caller;
      case 'explicit_caller':
        return this.#parameters.includes('caller');
      default:
        return undefined;
    }
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(args: Value[], keywords: KeywordArguments): Value {
    return this.callWith(this.#autoescape, args, keywords);
  }

  /** Calls it where `autoescape` is what the calling template has on. */
  callWith(autoescape: boolean, args: Value[], keywords: KeywordArguments): Value {
    spend(16);
    const text = this.#body(...this.#bind(args, keywords));
    return autoescape ? new Markup(text) : text;
  }

  #bind(args: Value[], given: KeywordArguments): (Value | undefined)[] {
    const names = this.#parameters;
    const keywords = given === null ? new Map<string, Value>() : new Map(given);
    const bound: (Value | undefined)[] = args.slice(0, names.length);
    let foundCaller = bound.length === names.length && names.includes('caller');
    for (const name of names.slice(bound.length)) {
      bound.push(keywords.get(name));
      keywords.delete(name);
      if (name === 'caller') foundCaller = true;
    }
    if (this.#traits.caller && !foundCaller) {
      bound.push(keywords.get('caller') ?? new Undefined(() => 'No caller defined'));
      keywords.delete('caller');
    }
    if (this.#traits.kwargs) bound.push(Dict.from(keywords));
    else if (keywords.size > 0) this.#refuse(keywords);
    if (this.#traits.varargs) bound.push(new Tuple(args.slice(names.length)));
    else if (args.length > names.length) {
      raise('TypeError', `macro ${repr(this.#name)} takes not more than ${names.length} argument(s)`);
    }
    return bound;
  }

  #refuse(keywords: Map<string, Value>): never {
    if (keywords.has('caller')) {
      return raise(
        'TypeError',
        `macro ${repr(this.#name)} was invoked with two values for the special caller argument. This is most likely a bug.`,
      );
    }
    const [first = ''] = keywords.keys();
    return raise('TypeError', `macro ${repr(this.#name)} takes no keyword argument ${repr(first)}`);
  }

  override repr(): string {
    return `<Macro ${this.#name === null ? 'anonymous' : repr(this.#name)}>`;
  }
}
