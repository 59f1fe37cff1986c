import { NOT_CONSTANT, raise } from '../errors.ts';
import * as arithmetic from '../runtime/arithmetic.ts';
import type { RenderEnvironment } from '../runtime/context.ts';
import { compare, contains, equals } from '../runtime/equality.ts';
import { applyFilter } from '../runtime/filter-types.ts';
import { getAttribute, getItem } from '../runtime/items.ts';
import { each, truthy } from '../runtime/iteration.ts';
import { joinPlain, keywords } from '../runtime/operations.ts';
import { Slice } from '../runtime/subscript.ts';
import { Dict, type KeywordArguments, Markup, Tuple, type Value } from '../runtime/values.ts';
import type {
  Arguments,
  BinaryNode,
  CompareNode,
  Expression,
  FilterNode,
  PairNode,
  TestNode,
  UnaryNode,
} from '../syntax/nodes.ts';
import type { EvaluationState } from './frame.ts';

/**
 * Evaluates what is constant while compiling, as Jinja2's optimizer does: it must be done as there, because it
 * shows (a constant `~` forgets what is safe, a constant error is raised before anything is rendered).
 */
export class ConstantEvaluator {
  readonly #environment: RenderEnvironment;
  readonly #evaluation: EvaluationState;

  constructor(environment: RenderEnvironment, evaluation: EvaluationState) {
    this.#environment = environment;
    this.#evaluation = evaluation;
  }

  /** The value; raises NOT_CONSTANT if there is none before rendering. Other errors are the template's. */
  evaluate(node: Expression): Value {
    switch (node.typename) {
      case 'Const':
        return node.value;
      case 'TemplateData':
        return this.#templateData(node.data);
      case 'Tuple':
        return new Tuple(node.items.map(item => this.evaluate(item)));
      case 'List':
        return node.items.map(item => this.evaluate(item));
      case 'Dict':
        return this.#dict(node.items);
      case 'And': {
        const left = this.evaluate(node.left);
        return truthy(left) ? this.evaluate(node.right) : left;
      }
      case 'Or': {
        const left = this.evaluate(node.left);
        return truthy(left) ? left : this.evaluate(node.right);
      }
      case 'CondExpr':
        if (truthy(this.evaluate(node.test))) return this.evaluate(node.expr1);
        return node.expr2 === undefined ? notConstant() : this.evaluate(node.expr2);
      case 'Concat':
        return node.nodes.reduce((text, part) => text + joinPlain([this.evaluate(part)]), '');
      case 'Slice':
        return this.#slice(node);
      case 'Name':
      case 'NSRef':
      case 'Call':
        return notConstant();
      default:
        return this.#guarded(node);
    }
  }

  // Pair by pair: a key that cannot be hashed is an error even before a value that is not constant.
  #dict(items: readonly PairNode[]): Dict {
    const dict = new Dict();
    for (const { key, value } of items) dict.set(this.evaluate(key), this.evaluate(value));
    return dict;
  }

  #templateData(data: string): Value {
    if (this.#evaluation.volatile) return notConstant();
    return this.#evaluation.autoescape ? new Markup(data) : data;
  }

  #slice(node: Extract<Expression, { typename: 'Slice' }>): Value {
    const part = (value: Expression | undefined): Value =>
      value === undefined ? null : this.evaluate(value);
    return new Slice(part(node.start), part(node.stop), part(node.step));
  }

  /** The nodes whose errors wait for the rendering. */
  #guarded(node: Guarded): Value {
    if (node.typename === 'Filter' || node.typename === 'Test') return this.#filterOrTest(node);
    if (node.typename === 'Compare') return this.#compare(node);
    try {
      switch (node.typename) {
        case 'Getitem':
          return getItem(this.evaluate(node.node), this.evaluate(node.arg));
        case 'Getattr':
          return getAttribute(this.evaluate(node.node), node.attr);
        default:
          return this.#operation(node);
      }
    } catch {
      return notConstant();
    }
  }

  #operation(node: BinaryNode | UnaryNode): Value {
    if ('node' in node) {
      const value = this.evaluate(node.node);
      if (node.typename === 'Not') return !truthy(value);
      return node.typename === 'Neg' ? arithmetic.negate(value) : arithmetic.plus(value);
    }
    const operate = OPERATIONS[node.typename];
    return operate === undefined
      ? notConstant()
      : operate(this.evaluate(node.left), this.evaluate(node.right));
  }

  #compare(node: CompareNode): Value {
    let left = this.evaluate(node.expr);
    let result: Value = left;
    for (const { op, expr } of node.ops) {
      try {
        const right = this.evaluate(expr);
        result = compareConstants(left, op, right);
        left = right;
      } catch {
        return notConstant();
      }
      if (!truthy(result)) return false;
    }
    return result;
  }

  #filterOrTest(node: FilterNode | TestNode): Value {
    const table = node.typename === 'Filter' ? this.#environment.filters : this.#environment.tests;
    const filter = table.get(node.name);
    if (this.#evaluation.volatile || node.node === undefined || filter === undefined || filter.needsContext) {
      return notConstant();
    }
    const { args, named } = this.#arguments(node);
    args.unshift(this.evaluate(node.node));
    const { autoescape } = this.#evaluation;
    try {
      return applyFilter(
        node.name,
        filter,
        { environment: this.#environment, autoescape, context: null },
        args,
        named,
      );
    } catch {
      return notConstant();
    }
  }

  #arguments(node: Arguments): { args: Value[]; named: KeywordArguments } {
    const args = node.args.map(arg => this.evaluate(arg));
    const pairs = node.kwargs.map(({ key, value }) => [key, this.evaluate(value)] as [string, Value]);
    const { dynArgs, dynKwargs } = node;
    try {
      if (dynArgs !== undefined) args.push(...each(this.evaluate(dynArgs)));
      const named = new Map(pairs);
      if (dynKwargs !== undefined) {
        for (const [key, value] of keywords([], this.evaluate(dynKwargs)) ?? []) named.set(key, value);
      }
      return { args, named };
    } catch {
      return notConstant();
    }
  }
}

type Guarded = Extract<
  Expression,
  | BinaryNode
  | UnaryNode
  | FilterNode
  | TestNode
  | CompareNode
  | { typename: 'Getitem' }
  | { typename: 'Getattr' }
>;

const OPERATIONS: Readonly<Partial<Record<string, (left: Value, right: Value) => Value>>> = {
  Add: arithmetic.add,
  Sub: arithmetic.subtract,
  Mul: arithmetic.multiply,
  Div: arithmetic.trueDivide,
  FloorDiv: arithmetic.floorDivision,
  Mod: arithmetic.remainder,
  Pow: arithmetic.raiseToPower,
};

function compareConstants(left: Value, op: string, right: Value): boolean {
  switch (op) {
    case 'eq':
      return equals(left, right);
    case 'ne':
      return !equals(left, right);
    case 'lt':
      return compare(left, '<', right);
    case 'lteq':
      return compare(left, '<=', right);
    case 'gt':
      return compare(left, '>', right);
    case 'gteq':
      return compare(left, '>=', right);
    case 'in':
      return contains(right, left);
    case 'notin':
      return !contains(right, left);
    default:
      return raise('TypeError', `unknown comparison ${op}`);
  }
}

function notConstant(): never {
  throw NOT_CONSTANT;
}
