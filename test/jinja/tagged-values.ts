import { Dict, Float, HostObject, Markup, Tuple, type Value } from '../../src/jinja/index.ts';

/** A value as it is sent to the oracle: JSON, with tags for what JSON does not know. */
export type TaggedValue =
  | null
  | boolean
  | number
  | string
  | TaggedValue[]
  | { $float: string }
  | { $tuple: TaggedValue[] }
  | { $markup: string }
  | { $object: Record<string, TaggedValue> }
  | { $dict: [TaggedValue, TaggedValue][] };

/** The value for a template. */
export function untag(tagged: TaggedValue): Value {
  if (Array.isArray(tagged)) return tagged.map(untag);
  if (tagged === null || typeof tagged !== 'object') return tagged;
  if ('$float' in tagged) return new Float(Number(tagged.$float));
  if ('$tuple' in tagged) return new Tuple(tagged.$tuple.map(untag));
  if ('$markup' in tagged) return new Markup(tagged.$markup);
  if ('$object' in tagged) return new PlainObject(tagged.$object);
  return Dict.from(tagged.$dict.map(([key, value]) => [untag(key), untag(value)] as const));
}

class PlainObject extends HostObject {
  readonly #attributes: Map<string, Value>;

  constructor(attributes: Record<string, TaggedValue>) {
    super();
    this.#attributes = new Map(Object.entries(attributes).map(([name, value]) => [name, untag(value)]));
  }

  override get typeName(): string {
    return 'Plain';
  }

  override get qualifiedTypeName(): string {
    return '__main__.Plain';
  }

  override attribute(name: string): Value | undefined {
    return this.#attributes.get(name);
  }

  override str(): string {
    return String(this.#attributes.get('name') ?? 'plain');
  }

  override repr(): string {
    return this.str();
  }
}
