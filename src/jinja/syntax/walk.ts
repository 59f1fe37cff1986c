import type { BlockNode, Node } from './nodes.ts';

const CALL_FIELDS = ['args', 'kwargs', 'dynArgs', 'dynKwargs'];
const BINARY_FIELDS = ['left', 'right'];

/** The fields of each node that hold nodes, in the order of Jinja2. */
export const FIELDS: Readonly<Record<Node['typename'], readonly string[]>> = {
  Name: [],
  NSRef: [],
  Const: [],
  TemplateData: [],
  Tuple: ['items'],
  List: ['items'],
  Pair: ['key', 'value'],
  Dict: ['items'],
  Keyword: ['value'],
  Filter: ['node', ...CALL_FIELDS],
  Test: ['node', ...CALL_FIELDS],
  Call: ['node', ...CALL_FIELDS],
  Getitem: ['node', 'arg'],
  Getattr: ['node'],
  Slice: ['start', 'stop', 'step'],
  Concat: ['nodes'],
  Operand: ['expr'],
  Compare: ['expr', 'ops'],
  CondExpr: ['test', 'expr1', 'expr2'],
  Add: BINARY_FIELDS,
  Sub: BINARY_FIELDS,
  Mul: BINARY_FIELDS,
  Div: BINARY_FIELDS,
  FloorDiv: BINARY_FIELDS,
  Mod: BINARY_FIELDS,
  Pow: BINARY_FIELDS,
  And: BINARY_FIELDS,
  Or: BINARY_FIELDS,
  Not: ['node'],
  Neg: ['node'],
  Pos: ['node'],
  Output: ['nodes'],
  If: ['test', 'body', 'elif', 'else_'],
  For: ['target', 'iter', 'body', 'else_', 'test'],
  Assign: ['target', 'node'],
  AssignBlock: ['target', 'filter', 'body'],
  With: ['targets', 'values', 'body'],
  Scope: ['body'],
  Autoescape: ['value', 'body'],
  Block: ['body'],
  Extends: ['template'],
  Include: ['template'],
  Import: ['template'],
  FromImport: ['template'],
  Macro: ['args', 'defaults', 'body'],
  CallBlock: ['call', 'args', 'defaults', 'body'],
  FilterBlock: ['body', 'filter'],
  Template: ['body'],
};

type Held = Node | Node[] | undefined;

/** The nodes right below a node; `except` names a field to leave out. */
export function children(node: Node, except?: string): Node[] {
  const found: Node[] = [];
  const fields = node as unknown as Record<string, Held>;
  for (const field of FIELDS[node.typename]) {
    const held = field === except ? undefined : fields[field];
    if (Array.isArray(held)) found.push(...held);
    else if (held) found.push(held);
  }
  return found;
}

/** Does the same to each node right below a node, in the same order, and makes no list of them. */
function visitChildren(node: Node, visit: (child: Node) => void): void {
  const names = FIELDS[node.typename];
  const fields = node as unknown as Record<string, Held>;
  for (let at = 0; at < names.length; at += 1) {
    const held = fields[names[at] as string];
    if (Array.isArray(held)) for (let index = 0; index < held.length; index += 1) visit(held[index] as Node);
    else if (held) visit(held);
  }
}

/** All nodes below a node, each before what is below it. */
export function descendants(node: Node): Node[] {
  const found: Node[] = [];
  const collect = (child: Node): void => {
    found.push(child);
    visitChildren(child, collect);
  };
  visitChildren(node, collect);
  return found;
}

/** The blocks anywhere below a node. */
export function blocksIn(node: Node): BlockNode[] {
  return descendants(node).filter(child => child.typename === 'Block');
}

/** Which of the names are read without having been set before, as Jinja2 finds it. Blocks are not looked into. */
export function findUndeclared(nodes: readonly Node[], names: readonly string[]): Set<string> {
  const open = new Set(names);
  const undeclared = new Set<string>();
  const visit = (node: Node): void => {
    if (node.typename === 'Block') return;
    if (node.typename === 'Name') {
      if (node.ctx === 'load' && open.has(node.name)) undeclared.add(node.name);
      else open.delete(node.name);
    } else visitChildren(node, visit);
  };
  for (const node of nodes) visit(node);
  return undeclared;
}
