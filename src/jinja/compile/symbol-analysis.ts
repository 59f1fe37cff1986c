import type { ForNode, Node } from '../syntax/nodes.ts';
import { children } from '../syntax/walk.ts';
import type { Symbols } from './symbols.ts';

/** Analyzes what is inside a node whose scope `symbols` is. */
export function analyzeScope(symbols: Symbols, node: Node, branch: 'body' | 'else' | 'test' = 'body'): void {
  const visitor = new SymbolVisitor(symbols);
  switch (node.typename) {
    case 'For':
      analyzeFor(visitor, node, branch);
      return;
    case 'AssignBlock':
      visitor.visitAll(node.body);
      return;
    case 'With':
      visitor.visitAll(node.targets);
      visitor.visitAll(node.body);
      return;
    case 'CallBlock':
      visitor.visitAll(children(node, 'call'));
      return;
    default:
      visitor.visitAll(children(node));
      return;
  }
}

function analyzeFor(visitor: SymbolVisitor, node: ForNode, branch: 'body' | 'else' | 'test'): void {
  if (branch === 'else') {
    visitor.visitAll(node.else_);
    return;
  }
  visitor.visit(node.target, true);
  if (branch === 'body') visitor.visitAll(node.body);
  else if (node.test !== undefined) visitor.visit(node.test);
}

/** Goes through the nodes of one scope, and stops where another begins. */
class SymbolVisitor {
  #symbols: Symbols;

  constructor(symbols: Symbols) {
    this.#symbols = symbols;
  }

  visitAll(nodes: readonly Node[]): void {
    for (const node of nodes) this.visit(node);
  }

  visit(node: Node, asParameter = false): void {
    switch (node.typename) {
      case 'Name':
        if (asParameter || node.ctx === 'param') this.#symbols.declareParameter(node.name);
        else if (node.ctx === 'store') this.#symbols.store(node.name);
        else this.#symbols.load(node.name);
        return;
      case 'NSRef':
        this.#symbols.load(node.name);
        return;
      // The most frequent ones, without a list of what is below them.
      case 'Const':
      case 'TemplateData':
        return;
      case 'Getattr':
        this.visit(node.node, asParameter);
        return;
      case 'If':
        this.#visitIf(node);
        return;
      case 'Macro':
        this.#symbols.store(node.name);
        return;
      case 'Import':
        this.visit(node.template);
        this.#symbols.store(node.target);
        return;
      case 'FromImport':
        this.visit(node.template);
        for (const { alias } of node.names) this.#symbols.store(alias);
        return;
      case 'Assign':
        this.visit(node.node);
        this.visit(node.target);
        return;
      case 'For':
        this.visit(node.iter);
        return;
      case 'CallBlock':
        this.visit(node.call);
        return;
      case 'FilterBlock':
        this.visit(node.filter);
        return;
      case 'With':
        this.visitAll(node.values);
        return;
      case 'AssignBlock':
        this.visit(node.target);
        return;
      case 'Scope':
      case 'Block':
        return;
      default:
        for (const child of children(node)) this.visit(child, asParameter);
    }
  }

  #visitIf(node: Extract<Node, { typename: 'If' }>): void {
    this.visit(node.test);
    const outer = this.#symbols;
    const branches = [node.body, node.elif, node.else_].map(body => {
      const branch = outer.copy();
      this.#symbols = branch;
      this.visitAll(body);
      this.#symbols = outer;
      return branch;
    });
    outer.mergeBranches(branches);
  }
}
