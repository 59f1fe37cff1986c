import { repr } from '../runtime/repr.ts';
import type { Arguments, CallNode, Expression, FilterNode, KeywordNode, PairNode } from './nodes.ts';
import { describeToken, TokenParser } from './token-parser.ts';

const TEST_ARGUMENT = new Set(['name', 'string', 'integer', 'float', 'lbracket', 'lbrace']);

export interface TupleOptions {
  /** Only primaries, as in the targets of a for loop. */
  simplified?: boolean;
  /** Whether `name.attribute` is one of them, as in the targets of a set. */
  withNamespace?: boolean;
  withCondition?: boolean;
  /** Whether `()` may be an empty tuple here. */
  parentheses?: boolean;
}

/** Jinja2's literals and names, and what may follow them: subscripts, calls, filters, tests. */
export abstract class PrimaryParser extends TokenParser {
  abstract override parseExpression(withCondition?: boolean): Expression;

  parsePrimary(withNamespace = false): Expression {
    const token = this.current;
    const { lineno } = token;
    switch (token.type) {
      case 'name': {
        this.nextToken();
        const node = nameOrConstant(String(token.value), lineno);
        if (!withNamespace || node.typename !== 'Name' || !this.skipType('dot')) return node;
        return { typename: 'NSRef', name: node.name, attr: String(this.expectType('name').value), lineno };
      }
      case 'string': {
        let text = '';
        while (this.isType('string')) text += this.nextToken().value;
        return { typename: 'Const', value: text, lineno };
      }
      case 'integer':
      case 'float':
        this.nextToken();
        return { typename: 'Const', value: token.value, lineno };
      case 'lparen': {
        this.nextToken();
        const node = this.parseTuple({ parentheses: true });
        this.expectType('rparen');
        return node;
      }
      case 'lbracket':
        return this.#parseList();
      case 'lbrace':
        return this.#parseDict();
      default:
        return this.error(`unexpected ${repr(describeToken(token))}`, lineno);
    }
  }

  parseTuple(options: TupleOptions = {}): Expression {
    const { simplified = false, withNamespace = false, withCondition = true, parentheses = false } = options;
    let { lineno } = this.current;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.expectType('comma');
      if (this.isType('variable_end', 'block_end', 'rparen')) break;
      items.push(simplified ? this.parsePrimary(withNamespace) : this.parseExpression(withCondition));
      if (!this.isType('comma')) break;
      isTuple = true;
      lineno = this.current.lineno;
    }
    const [first] = items;
    if (!isTuple) {
      if (first !== undefined) return first;
      if (!parentheses) this.error(`Expected an expression, got ${repr(describeToken(this.current))}`);
    }
    return { typename: 'Tuple', items, lineno };
  }

  #parseList(): Expression {
    const { lineno } = this.expectType('lbracket');
    const items: Expression[] = [];
    while (!this.isType('rbracket')) {
      if (items.length > 0) this.expectType('comma');
      if (this.isType('rbracket')) break;
      items.push(this.parseExpression());
    }
    this.expectType('rbracket');
    return { typename: 'List', items, lineno };
  }

  #parseDict(): Expression {
    const { lineno } = this.expectType('lbrace');
    const items: PairNode[] = [];
    while (!this.isType('rbrace')) {
      if (items.length > 0) this.expectType('comma');
      if (this.isType('rbrace')) break;
      const key = this.parseExpression();
      this.expectType('colon');
      items.push({ typename: 'Pair', key, value: this.parseExpression(), lineno: key.lineno });
    }
    this.expectType('rbrace');
    return { typename: 'Dict', items, lineno };
  }

  parsePostfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      switch (this.current.type) {
        case 'dot':
        case 'lbracket':
          node = this.#parseSubscript(node);
          break;
        case 'lparen':
          node = this.#parseCall(node);
          break;
        default:
          return node;
      }
    }
  }

  protected parseFilters(start: Expression): Expression {
    let node = start;
    for (;;) {
      const { type, value } = this.current;
      if (type === 'pipe') node = this.parseFilter(node);
      else if (type === 'name' && value === 'is') node = this.#parseTest(node);
      else if (type === 'lparen') node = this.#parseCall(node);
      else return node;
    }
  }

  #parseSubscript(node: Expression): Expression {
    const token = this.nextToken();
    const { lineno } = token;
    if (token.type === 'dot') {
      const name = this.nextToken();
      if (name.type === 'name') return { typename: 'Getattr', node, attr: String(name.value), lineno };
      if (name.type !== 'integer') this.error('expected name or number', name.lineno);
      return {
        typename: 'Getitem',
        node,
        arg: { typename: 'Const', value: name.value, lineno: name.lineno },
        lineno,
      };
    }
    const args: Expression[] = [];
    while (!this.isType('rbracket')) {
      if (args.length > 0) this.expectType('comma');
      args.push(this.#parseSubscribed());
    }
    this.expectType('rbracket');
    const [only] = args;
    const arg: Expression = args.length === 1 && only ? only : { typename: 'Tuple', items: args, lineno };
    return { typename: 'Getitem', node, arg, lineno };
  }

  #parseSubscribed(): Expression {
    const { lineno } = this.current;
    let start: Expression | undefined;
    if (!this.isType('colon')) {
      start = this.parseExpression();
      if (!this.isType('colon')) return start;
    }
    this.nextToken();
    const part = (): Expression | undefined =>
      this.isType('colon', 'rbracket', 'comma') ? undefined : this.parseExpression();
    const stop = part();
    const step = this.skipType('colon') ? part() : undefined;
    return { typename: 'Slice', start, stop, step, lineno };
  }

  parseArguments(): Arguments {
    const { lineno } = this.expectType('lparen');
    const found: Arguments = { args: [], kwargs: [], dynArgs: undefined, dynKwargs: undefined };
    const ensure = (fine: boolean): void => {
      if (!fine) this.error('invalid syntax for function call expression', lineno);
    };
    let first = true;
    while (!this.isType('rparen')) {
      if (!first) {
        this.expectType('comma');
        if (this.isType('rparen')) break;
      }
      first = false;
      if (this.isType('mul')) {
        ensure(found.dynArgs === undefined && found.dynKwargs === undefined);
        this.nextToken();
        found.dynArgs = this.parseExpression();
      } else if (this.isType('pow')) {
        ensure(found.dynKwargs === undefined);
        this.nextToken();
        found.dynKwargs = this.parseExpression();
      } else if (this.isType('name') && this.next().type === 'assign') {
        ensure(found.dynKwargs === undefined);
        found.kwargs.push(this.#parseKeyword());
      } else {
        ensure(found.dynArgs === undefined && found.dynKwargs === undefined && found.kwargs.length === 0);
        found.args.push(this.parseExpression());
      }
    }
    this.expectType('rparen');
    return found;
  }

  #parseKeyword(): KeywordNode {
    const key = String(this.nextToken().value);
    this.nextToken();
    const value = this.parseExpression();
    return { typename: 'Keyword', key, value, lineno: value.lineno };
  }

  #parseCall(node: Expression): CallNode {
    const { lineno } = this.current;
    return { typename: 'Call', node, ...this.parseArguments(), lineno };
  }

  #parseDottedName(): { name: string; lineno: number } {
    const token = this.expectType('name');
    let name = String(token.value);
    while (this.skipType('dot')) name += `.${this.expectType('name').value}`;
    return { name, lineno: token.lineno };
  }

  /** Filters after `|`; with `inline` the first stands alone, as in a filter block. */
  parseFilter(start: Expression, inline?: boolean): FilterNode;
  parseFilter(start: undefined, inline: true): FilterNode;
  parseFilter(start: undefined, inline?: boolean): FilterNode | undefined;
  parseFilter(start: Expression | undefined, inline = false): FilterNode | undefined {
    let node = start;
    for (let bare = inline; bare || this.isType('pipe'); bare = false) {
      if (!bare) this.nextToken();
      const { name, lineno } = this.#parseDottedName();
      const args = this.isType('lparen') ? this.parseArguments() : noArguments();
      node = { typename: 'Filter', node, name, ...args, lineno };
    }
    return node as FilterNode | undefined;
  }

  #parseTest(node: Expression): Expression {
    const { lineno } = this.nextToken();
    const negated = this.skipName('not');
    const { name } = this.#parseDottedName();
    let args = noArguments();
    if (this.isType('lparen')) args = this.parseArguments();
    else if (TEST_ARGUMENT.has(this.current.type) && !this.isName('else', 'or', 'and')) {
      if (this.isName('is')) this.error('You cannot chain multiple tests with is');
      args.args.push(this.parsePostfix(this.parsePrimary()));
    }
    const test: Expression = { typename: 'Test', node, name, ...args, lineno };
    return negated ? { typename: 'Not', node: test, lineno } : test;
  }
}

function noArguments(): Arguments {
  return { args: [], kwargs: [], dynArgs: undefined, dynKwargs: undefined };
}

function nameOrConstant(name: string, lineno: number): Expression {
  switch (name) {
    case 'true':
    case 'True':
      return { typename: 'Const', value: true, lineno };
    case 'false':
    case 'False':
      return { typename: 'Const', value: false, lineno };
    case 'none':
    case 'None':
      return { typename: 'Const', value: null, lineno };
    default:
      return { typename: 'Name', name, ctx: 'load', lineno };
  }
}
