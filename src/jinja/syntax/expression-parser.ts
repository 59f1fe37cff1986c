import type { BinaryName, Expression, OperandNode } from './nodes.ts';
import { PrimaryParser } from './primary-parser.ts';

const COMPARISONS = new Set(['eq', 'ne', 'lt', 'lteq', 'gt', 'gteq']);
const SUMS: Readonly<Record<string, BinaryName>> = { add: 'Add', sub: 'Sub' };
const PRODUCTS: Readonly<Record<string, BinaryName>> = {
  mul: 'Mul',
  div: 'Div',
  floordiv: 'FloorDiv',
  mod: 'Mod',
};
const ENDS = new Set([
  'variable_end',
  'block_end',
  'comma',
  'rparen',
  'rbracket',
  'rbrace',
  'colon',
  'assign',
]);
// Deeper nesting would not be a template but an attack on the stack.
const MAXIMUM_DEPTH = 200;

/** Jinja2's expressions: each method is one level of precedence, loosest first. */
export abstract class ExpressionParser extends PrimaryParser {
  private declare depth: number;
  /** The first operand, if it was read before it was known that an operator follows. */
  private declare begun: { node: Expression; lineno: number } | undefined;

  override parseExpression(withCondition = true): Expression {
    this.depth = (this.depth ?? 0) + 1;
    if (this.depth > MAXIMUM_DEPTH) this.error('the expression is nested too deeply');
    const node = this.#parseSimple() ?? (withCondition ? this.parseCondition() : this.parseOr());
    this.depth -= 1;
    return node;
  }

  // Most expressions have no operator: those need not go through all the levels.
  #parseSimple(): Expression | undefined {
    if (this.isName('not')) return undefined;
    const { lineno } = this.current;
    const node = this.parseUnary();
    if (ENDS.has(this.current.type)) return node;
    this.begun = { node, lineno };
    return undefined;
  }

  /** The line where the expression at hand begins. */
  get #startLine(): number {
    return this.begun?.lineno ?? this.current.lineno;
  }

  parseCondition(): Expression {
    let lineno = this.#startLine;
    let node = this.parseOr();
    while (this.skipName('if')) {
      const test = this.parseOr();
      const otherwise = this.skipName('else') ? this.parseCondition() : undefined;
      node = { typename: 'CondExpr', test, expr1: node, expr2: otherwise, lineno };
      lineno = this.current.lineno;
    }
    return node;
  }

  parseOr(): Expression {
    let lineno = this.#startLine;
    let left = this.parseAnd();
    while (this.skipName('or')) {
      left = { typename: 'Or', left, right: this.parseAnd(), lineno };
      lineno = this.current.lineno;
    }
    return left;
  }

  parseAnd(): Expression {
    let lineno = this.#startLine;
    let left = this.parseNot();
    while (this.skipName('and')) {
      left = { typename: 'And', left, right: this.parseNot(), lineno };
      lineno = this.current.lineno;
    }
    return left;
  }

  parseNot(): Expression {
    const lineno = this.#startLine;
    if (!this.begun && this.skipName('not')) return { typename: 'Not', node: this.parseNot(), lineno };
    return this.parseCompare();
  }

  parseCompare(): Expression {
    let lineno = this.#startLine;
    const expr = this.parseSum();
    const ops: OperandNode[] = [];
    for (;;) {
      const op = this.#comparison();
      if (op === undefined) break;
      ops.push({ typename: 'Operand', op, expr: this.parseSum(), lineno: this.current.lineno });
      lineno = this.current.lineno;
    }
    return ops.length === 0 ? expr : { typename: 'Compare', expr, ops, lineno };
  }

  #comparison(): string | undefined {
    const { type } = this.current;
    if (COMPARISONS.has(type)) {
      this.nextToken();
      return type;
    }
    if (this.skipName('in')) return 'in';
    if (!this.isName('not') || !this.isNextName('in')) return undefined;
    this.nextToken();
    this.nextToken();
    return 'notin';
  }

  #parseBinary(operators: Readonly<Record<string, BinaryName>>, operand: () => Expression): Expression {
    let lineno = this.#startLine;
    let left = operand();
    for (let typename = operators[this.current.type]; typename; typename = operators[this.current.type]) {
      this.nextToken();
      left = { typename, left, right: operand(), lineno };
      lineno = this.current.lineno;
    }
    return left;
  }

  parseSum(): Expression {
    return this.#parseBinary(SUMS, () => this.parseConcat());
  }

  parseConcat(): Expression {
    const lineno = this.#startLine;
    const first = this.parseProduct();
    const nodes = [first];
    while (this.skipType('tilde')) nodes.push(this.parseProduct());
    return nodes.length === 1 ? first : { typename: 'Concat', nodes, lineno };
  }

  parseProduct(): Expression {
    return this.#parseBinary(PRODUCTS, () => this.parsePower());
  }

  parsePower(): Expression {
    return this.#parseBinary({ pow: 'Pow' }, () => this.parseUnary());
  }

  parseUnary(withFilter = true): Expression {
    if (this.begun) {
      const { node } = this.begun;
      this.begun = undefined;
      return node;
    }
    const { type, lineno } = this.current;
    let node: Expression;
    if (type === 'sub' || type === 'add') {
      this.nextToken();
      node = { typename: type === 'sub' ? 'Neg' : 'Pos', node: this.parseUnary(false), lineno };
    } else node = this.parsePrimary();
    node = this.parsePostfix(node);
    return withFilter ? this.parseFilters(node) : node;
  }
}
