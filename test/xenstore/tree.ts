/** What one transaction changed, in its order: a value, or null for what was removed. */
export type Change = [path: string, value: string | null];

/** The nodes of a xenstore, and transactions on them. */
export class Tree {
  #nodes = new Map<string, Buffer>();
  #generation = 0;
  readonly #transactions = new Map<number, { tree: Tree; generation: number; changes: Change[] }>();
  #lastTransaction = 0;

  start(): number {
    this.#lastTransaction += 1;
    const tree = new Tree();
    tree.#nodes = new Map(this.#nodes);
    this.#transactions.set(this.#lastTransaction, { tree, generation: this.#generation, changes: [] });
    return this.#lastTransaction;
  }

  /** @returns what it changed, or the errno: EAGAIN when anything else was changed since it started */
  end(id: number, commit: boolean): Change[] | 'EAGAIN' | 'ENOENT' {
    const transaction = this.#transactions.get(id);
    if (transaction === undefined) return 'ENOENT';
    this.#transactions.delete(id);
    if (!commit) return [];
    if (transaction.generation !== this.#generation) return 'EAGAIN';
    this.#nodes = transaction.tree.#nodes;
    if (transaction.changes.length > 0) this.#generation += 1;
    return transaction.changes;
  }

  /** The tree as a request sees it. */
  #view(transactionId: number): { nodes: Map<string, Buffer>; changes: Change[] } | undefined {
    if (transactionId === 0) return { nodes: this.#nodes, changes: [] };
    const transaction = this.#transactions.get(transactionId);
    return transaction && { nodes: transaction.tree.#nodes, changes: transaction.changes };
  }

  read(transactionId: number, path: string): Buffer | undefined {
    return this.#view(transactionId)?.nodes.get(path);
  }

  write(transactionId: number, path: string, value: Buffer): void {
    const view = this.#view(transactionId);
    if (view === undefined) return;
    view.nodes.set(path, value);
    view.changes.push([path, value.toString('latin1')]);
    if (transactionId === 0) this.#generation += 1;
  }

  /** @returns whether there was anything */
  remove(transactionId: number, path: string): boolean {
    const view = this.#view(transactionId);
    const gone = [...(view?.nodes.keys() ?? [])].filter(node => node === path || node.startsWith(`${path}/`));
    for (const node of gone) view?.nodes.delete(node);
    view?.changes.push([path, null]);
    if (transactionId === 0) this.#generation += 1;
    return gone.length > 0;
  }

  children(transactionId: number, path: string): string[] {
    const names = [...(this.#view(transactionId)?.nodes.keys() ?? [])]
      .filter(node => node.startsWith(`${path}/`))
      .map(node => node.slice(path.length + 1).split('/')[0] ?? '');
    return [...new Set(names)];
  }
}
