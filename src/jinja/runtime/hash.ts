import { raise } from '../errors.ts';
import type { Value } from './object.ts';
import { PythonObject } from './object.ts';
import { Float, Markup, Tuple } from './values.ts';

/**
 * A JavaScript Map key for a Python dict key: equal exactly when Python's keys are.
 * @throws TypeError for what cannot be hashed
 */
export function hashKey(value: Value): unknown {
  switch (typeof value) {
    case 'string':
    case 'number':
      return value;
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
  }
  if (value === null) return null;
  if (value instanceof Float) {
    const number = value.value;
    if (Number.isInteger(number) && !Number.isSafeInteger(number)) return BigInt(number);
    return Object.is(number, -0) ? 0 : number;
  }
  if (value instanceof Markup) return value.value;
  if (value instanceof Tuple) return tupleKey(value.items.map(serialize).join(''));
  if (value instanceof PythonObject) return value.hash();
  return raise('TypeError', `unhashable type: '${Array.isArray(value) ? 'list' : 'dict'}'`);
}

/** The one key of all equal tuples. Whoever has such a tuple as a key keeps it; nothing else does. */
class TupleKey {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const tupleKeys = new Map<string, WeakRef<TupleKey>>();
const forgotten = new FinalizationRegistry<string>(text => {
  // Another may have come in its place meanwhile.
  if (tupleKeys.get(text)?.deref() === undefined) tupleKeys.delete(text);
});

function tupleKey(text: string): TupleKey {
  const known = tupleKeys.get(text)?.deref();
  if (known !== undefined) return known;
  const key = new TupleKey(text);
  tupleKeys.set(text, new WeakRef(key));
  forgotten.register(key, text);
  return key;
}

/** How many tuples are keys just now, or were and have not been cleared away yet. */
export function tupleKeyCount(): number {
  return tupleKeys.size;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

// Length-prefixed, so that no two different tuples read the same.
function serialize(value: Value): string {
  const key = hashKey(value);
  let text: string;
  if (key instanceof TupleKey) text = `tuple ${key.text}`;
  else if (typeof key === 'object' && key !== null) text = String(identityOf(key));
  else if (typeof key === 'function') text = String(identityOf(key));
  else text = String(key);
  return `${typeof key === 'bigint' ? 'number' : typeof key} ${text.length} ${text} `;
}

function identityOf(key: object): number {
  let identity = identities.get(key);
  if (identity === undefined) {
    nextIdentity += 1;
    identity = nextIdentity;
    identities.set(key, identity);
  }
  return identity;
}
