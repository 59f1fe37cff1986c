import type { Value } from '../runtime/values.ts';

/**
 * The syntax tree of a template, in Jinja2's own terms. `typename` is what nunjucks' compiler goes by; the fields
 * that hold nodes are listed in FIELDS in the order in which Jinja2 visits them.
 */
interface At {
  /** The line it begins at, from 1. */
  lineno: number;
}

export interface NameNode extends At {
  typename: 'Name';
  name: string;
  ctx: 'load' | 'store' | 'param';
}
export interface NamespaceReferenceNode extends At {
  typename: 'NSRef';
  name: string;
  attr: string;
}
export interface ConstNode extends At {
  typename: 'Const';
  value: Value;
}
export interface TemplateDataNode extends At {
  typename: 'TemplateData';
  data: string;
}
export interface TupleNode extends At {
  typename: 'Tuple';
  items: Expression[];
}
export interface ListNode extends At {
  typename: 'List';
  items: Expression[];
}
export interface PairNode extends At {
  typename: 'Pair';
  key: Expression;
  value: Expression;
}
export interface DictNode extends At {
  typename: 'Dict';
  items: PairNode[];
}
export interface KeywordNode extends At {
  typename: 'Keyword';
  key: string;
  value: Expression;
}
export interface Arguments {
  args: Expression[];
  kwargs: KeywordNode[];
  dynArgs: Expression | undefined;
  dynKwargs: Expression | undefined;
}
export interface FilterNode extends At, Arguments {
  typename: 'Filter';
  /** Undefined in a filter block: what the block printed. */
  node: Expression | undefined;
  name: string;
}
export interface TestNode extends At, Arguments {
  typename: 'Test';
  node: Expression;
  name: string;
}
export interface CallNode extends At, Arguments {
  typename: 'Call';
  node: Expression;
}
export interface GetitemNode extends At {
  typename: 'Getitem';
  node: Expression;
  arg: Expression;
}
export interface GetattrNode extends At {
  typename: 'Getattr';
  node: Expression;
  attr: string;
}
export interface SliceNode extends At {
  typename: 'Slice';
  start: Expression | undefined;
  stop: Expression | undefined;
  step: Expression | undefined;
}
export interface ConcatNode extends At {
  typename: 'Concat';
  nodes: Expression[];
}
export interface OperandNode extends At {
  typename: 'Operand';
  op: string;
  expr: Expression;
}
export interface CompareNode extends At {
  typename: 'Compare';
  expr: Expression;
  ops: OperandNode[];
}
export interface ConditionNode extends At {
  typename: 'CondExpr';
  test: Expression;
  expr1: Expression;
  expr2: Expression | undefined;
}
export type BinaryName = 'Add' | 'Sub' | 'Mul' | 'Div' | 'FloorDiv' | 'Mod' | 'Pow' | 'And' | 'Or';
export interface BinaryNode extends At {
  typename: BinaryName;
  left: Expression;
  right: Expression;
}
export interface UnaryNode extends At {
  typename: 'Not' | 'Neg' | 'Pos';
  node: Expression;
}

export type Expression =
  | NameNode
  | NamespaceReferenceNode
  | ConstNode
  | TemplateDataNode
  | TupleNode
  | ListNode
  | DictNode
  | FilterNode
  | TestNode
  | CallNode
  | GetitemNode
  | GetattrNode
  | SliceNode
  | ConcatNode
  | CompareNode
  | ConditionNode
  | BinaryNode
  | UnaryNode;

export interface OutputNode extends At {
  typename: 'Output';
  nodes: Expression[];
}
export interface IfNode extends At {
  typename: 'If';
  test: Expression;
  body: Statement[];
  elif: IfNode[];
  else_: Statement[];
}
export interface ForNode extends At {
  typename: 'For';
  target: Expression;
  iter: Expression;
  body: Statement[];
  else_: Statement[];
  test: Expression | undefined;
  recursive: boolean;
}
export interface AssignNode extends At {
  typename: 'Assign';
  target: Expression;
  node: Expression;
}
export interface AssignBlockNode extends At {
  typename: 'AssignBlock';
  target: Expression;
  filter: FilterNode | undefined;
  body: Statement[];
}
export interface WithNode extends At {
  typename: 'With';
  targets: Expression[];
  values: Expression[];
  body: Statement[];
}
export interface ScopeNode extends At {
  typename: 'Scope';
  body: Statement[];
}
export interface AutoescapeNode extends At {
  typename: 'Autoescape';
  value: Expression;
  body: Statement[];
}
export interface BlockNode extends At {
  typename: 'Block';
  name: string;
  body: Statement[];
  scoped: boolean;
  required: boolean;
}
export interface ExtendsNode extends At {
  typename: 'Extends';
  template: Expression;
}
export interface IncludeNode extends At {
  typename: 'Include';
  template: Expression;
  withContext: boolean;
  ignoreMissing: boolean;
}
export interface ImportNode extends At {
  typename: 'Import';
  template: Expression;
  target: string;
  withContext: boolean;
}
export interface FromImportNode extends At {
  typename: 'FromImport';
  template: Expression;
  names: { name: string; alias: string }[];
  withContext: boolean;
}
export interface Signature {
  args: NameNode[];
  defaults: Expression[];
}
export interface MacroNode extends At, Signature {
  typename: 'Macro';
  name: string;
  body: Statement[];
}
export interface CallBlockNode extends At, Signature {
  typename: 'CallBlock';
  call: CallNode;
  body: Statement[];
}
export interface FilterBlockNode extends At {
  typename: 'FilterBlock';
  body: Statement[];
  filter: FilterNode;
}

export type Statement =
  | OutputNode
  | IfNode
  | ForNode
  | AssignNode
  | AssignBlockNode
  | WithNode
  | ScopeNode
  | AutoescapeNode
  | BlockNode
  | ExtendsNode
  | IncludeNode
  | ImportNode
  | FromImportNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode;

export interface TemplateNode extends At {
  typename: 'Template';
  body: Statement[];
}

export type Node = Expression | Statement | PairNode | KeywordNode | OperandNode | TemplateNode;
