/** How a variable gets its first value when its scope is entered. */
export type Load =
  | { kind: 'parameter' }
  | { kind: 'resolve'; name: string }
  | { kind: 'alias'; target: string }
  | { kind: 'undefined' };

/**
 * The variables of one scope, by Jinja2's rules: which names it stores, and where the value of each comes from
 * before that. Identifiers carry the level of their scope, so that one JavaScript function can hold several scopes.
 */
export class Symbols {
  readonly level: number;
  readonly parent: Symbols | undefined;
  refs = new Map<string, string>();
  loads = new Map<string, Load>();
  stores = new Set<string>();
  #shared = false;

  constructor(parent: Symbols | undefined, level = parent === undefined ? 0 : parent.level + 1) {
    this.parent = parent;
    this.level = level;
  }

  /** The same, and its own from the first change of either on. */
  copy(): Symbols {
    const copy = new Symbols(this.parent, this.level);
    copy.refs = this.refs;
    copy.loads = this.loads;
    copy.stores = this.stores;
    copy.#shared = true;
    this.#shared = true;
    return copy;
  }

  /** Before any change. */
  #own(): void {
    if (!this.#shared) return;
    this.refs = new Map(this.refs);
    this.loads = new Map(this.loads);
    this.stores = new Set(this.stores);
    this.#shared = false;
  }

  #define(name: string, load: Load): string {
    this.#own();
    const identifier = `l_${this.level}_${name}`;
    this.refs.set(name, identifier);
    this.loads.set(identifier, load);
    return identifier;
  }

  findLoad(identifier: string): Load | undefined {
    return this.loads.get(identifier) ?? this.parent?.findLoad(identifier);
  }

  findRef(name: string): string | undefined {
    return this.refs.get(name) ?? this.parent?.findRef(name);
  }

  /** The identifier of a name that was analyzed before. */
  ref(name: string): string {
    const found = this.findRef(name);
    if (found === undefined) throw new Error(`the name ${name} was not analyzed`);
    return found;
  }

  store(name: string): void {
    this.#own();
    this.stores.add(name);
    if (this.refs.has(name)) return;
    const outer = this.parent?.findRef(name);
    this.#define(name, outer === undefined ? { kind: 'undefined' } : { kind: 'alias', target: outer });
  }

  declareParameter(name: string): string {
    this.#own();
    this.stores.add(name);
    return this.#define(name, { kind: 'parameter' });
  }

  load(name: string): void {
    if (this.findRef(name) === undefined) this.#define(name, { kind: 'resolve', name });
  }

  /** Joins what the branches of an if found: a name that a branch sets keeps its value from outside until then. */
  mergeBranches(branches: Symbols[]): void {
    const changed = branches.filter(branch => branch.refs !== this.refs);
    if (changed.length === 0) return;
    const stored = new Set(
      changed.flatMap(branch => [...branch.stores]).filter(name => !this.stores.has(name)),
    );
    this.#own();
    for (const branch of changed) {
      for (const [name, identifier] of branch.refs) this.refs.set(name, identifier);
      for (const [identifier, load] of branch.loads) this.loads.set(identifier, load);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const name of stored) {
      const outer = this.parent?.findRef(name);
      this.loads.set(
        this.ref(name),
        outer === undefined ? { kind: 'resolve', name } : { kind: 'alias', target: outer },
      );
    }
  }

  /** Every name stored here or further out, with the identifier that it has here. */
  visibleStores(): Map<string, string> {
    const found = new Map<string, string>();
    for (let symbols: Symbols | undefined = this; symbols !== undefined; symbols = symbols.parent) {
      for (const name of symbols.stores) if (!found.has(name)) found.set(name, this.ref(name));
    }
    return found;
  }

  /** The identifiers of this scope's parameters. */
  parameterTargets(): Set<string> {
    const found = new Set<string>();
    for (const [identifier, load] of this.loads) if (load.kind === 'parameter') found.add(identifier);
    return found;
  }
}
