import { NOT_CONSTANT } from '../errors.ts';
import type { RenderEnvironment } from '../runtime/context.ts';
import { Dict, Float, Markup, Tuple, type Value } from '../runtime/values.ts';
import type { Expression, Node } from '../syntax/nodes.ts';
import { FIELDS } from '../syntax/walk.ts';
import { ConstantEvaluator } from './constants.ts';
import type { EvaluationState } from './frame.ts';

/** What is constant already, is never so, or is a part of what may be. */
const NOT_FOLDED = new Set(['Const', 'Name', 'NSRef', 'Call', 'Pair', 'Keyword', 'Operand']);

/** What is worked out from that part first: it is not constant where that is not. */
const FIRST_PART: Readonly<Partial<Record<Node['typename'], string>>> = {
  Getattr: 'node',
  Getitem: 'node',
  Compare: 'expr',
  And: 'left',
  Or: 'left',
  Not: 'node',
};

const NEVER_CONSTANT = new Set(['Name', 'NSRef', 'Call']);

/**
 * The node with every constant part replaced by its value. Changes the node.
 * @throws a constant's own errors
 */
export function fold(
  node: Expression,
  environment: RenderEnvironment,
  evaluation: EvaluationState,
): Expression {
  return foldNode(node, new ConstantEvaluator(environment, evaluation)) as Expression;
}

function foldNode(node: Node, evaluator: ConstantEvaluator): Node {
  const fields = node as unknown as Record<string, Node | Node[] | undefined>;
  const names = FIELDS[node.typename];
  for (let at = 0; at < names.length; at += 1) {
    const field = names[at] as string;
    const held = fields[field];
    if (Array.isArray(held)) fields[field] = held.map(child => foldNode(child, evaluator));
    else if (held) fields[field] = foldNode(held, evaluator);
  }
  if (NOT_FOLDED.has(node.typename) || isVariable(node)) return node;
  try {
    const value = evaluator.evaluate(node as Expression);
    return isWritable(value) ? { typename: 'Const', value, lineno: node.lineno } : node;
  } catch (error) {
    if (error === NOT_CONSTANT) return node;
    throw error;
  }
}

/** Whether a variable or a call is what it begins with, which nobody knows before the rendering. */
function isVariable(node: Node): boolean {
  if (NEVER_CONSTANT.has(node.typename)) return true;
  const first = FIRST_PART[node.typename];
  return first !== undefined && isVariable((node as unknown as Record<string, Node>)[first] as Node);
}

/** Whether a value can be written into the code: Jinja2's "safe repr". */
function isWritable(value: Value): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (value instanceof Float || value instanceof Markup) return true;
  if (Array.isArray(value)) return value.every(isWritable);
  if (value instanceof Tuple) return value.names === null && value.items.every(isWritable);
  if (value instanceof Dict) return Array.from(value.pairs()).every(pair => pair.every(isWritable));
  return false;
}
