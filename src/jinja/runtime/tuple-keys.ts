/** The one key of all equal tuples. Whoever has such a tuple as a key keeps it; nothing else does. */
export class TupleKey {
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

/** The key of the tuples that `text` describes. */
export function tupleKey(text: string): TupleKey {
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

/** A number for an object, always the same one. */
export function identityOf(key: object): number {
  let identity = identities.get(key);
  if (identity === undefined) {
    nextIdentity += 1;
    identity = nextIdentity;
    identities.set(key, identity);
  }
  return identity;
}
