import { repr } from '../runtime/repr.ts';
import { isWhitespace } from '../runtime/text.ts';
import { ExpressionParser } from './expression-parser.ts';
import type { Expression, NameNode, Node, Signature, Statement } from './nodes.ts';

/** Jinja2's tags, one method each; what stands between them is parsed by the class below. */
export abstract class TagParser extends ExpressionParser {
  abstract override parseNodes(endNames?: string[] | undefined): Statement[];
  protected abstract failEnd(endNames: string[]): never;

  protected parseBody(endNames: string[], dropEnd = true): Statement[] {
    this.skipType('colon');
    this.expectType('block_end');
    const body = this.parseNodes(endNames);
    if (this.isType('eof')) this.failEnd(endNames);
    if (dropEnd) this.nextToken();
    return body;
  }

  protected parseTarget(withNamespace = false): Expression {
    const target = this.parseTuple({ simplified: true, withNamespace });
    this.#makeStored(target);
    return target;
  }

  #makeStored(target: Expression): void {
    const refused = firstUnassignable(target);
    if (refused) this.error(`can't assign to ${repr(target.typename.toLowerCase())}`, target.lineno);
    markStored(target);
  }

  protected parseTargetName(): string {
    const { value, lineno } = this.expectType('name');
    const name = String(value);
    if (CONSTANTS.has(name)) this.error("can't assign to 'name'", lineno);
    return name;
  }

  protected parseFor(lineno: number): Statement {
    const target = this.parseTarget();
    this.expectName('in');
    const iter = this.parseTuple({ withCondition: false });
    const test = this.skipName('if') ? this.parseExpression() : undefined;
    const recursive = this.skipName('recursive');
    const body = this.parseBody(['endfor', 'else'], false);
    const else_ = this.nextToken().value === 'endfor' ? [] : this.parseBody(['endfor']);
    return { typename: 'For', target, iter, body, else_, test, recursive, lineno };
  }

  protected parseIf(lineno: number): Statement {
    const node = {
      typename: 'If' as const,
      ...this.parseBranch(),
      elif: [],
      else_: [] as Statement[],
      lineno,
    };
    const elif: (typeof node)[] = [];
    for (;;) {
      const token = this.nextToken();
      if (token.value === 'elif') {
        const branchLine = this.current.lineno;
        elif.push({ typename: 'If', ...this.parseBranch(), elif: [], else_: [], lineno: branchLine });
      } else {
        if (token.value === 'else') node.else_ = this.parseBody(['endif']);
        return { ...node, elif };
      }
    }
  }

  protected parseBranch(): { test: Expression; body: Statement[] } {
    const test = this.parseTuple({ withCondition: false });
    return { test, body: this.parseBody(['elif', 'else', 'endif'], false) };
  }

  protected parseBlock(lineno: number): Statement {
    const name = String(this.expectType('name').value);
    const scoped = this.skipName('scoped');
    const required = this.skipName('required');
    if (this.isType('sub')) {
      this.error(
        'Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.',
      );
    }
    const body = this.parseBody(['endblock']);
    if (required && !body.every(isBlank))
      this.error('Required blocks can only contain comments or whitespace');
    this.skipName(name);
    return { typename: 'Block', name, body, scoped, required, lineno };
  }

  protected parsePrint(lineno: number): Statement {
    const nodes: Expression[] = [];
    while (!this.isType('block_end')) {
      if (nodes.length > 0) this.expectType('comma');
      nodes.push(this.parseExpression());
    }
    return { typename: 'Output', nodes, lineno };
  }

  protected parseContext(otherwise: boolean): boolean {
    if (!this.isName('with', 'without') || !this.isNextName('context')) return otherwise;
    const withContext = this.nextToken().value === 'with';
    this.nextToken();
    return withContext;
  }

  protected parseInclude(lineno: number): Statement {
    const template = this.parseExpression();
    const ignoreMissing = this.isName('ignore') && this.isNextName('missing');
    if (ignoreMissing) {
      this.nextToken();
      this.nextToken();
    }
    return { typename: 'Include', template, ignoreMissing, withContext: this.parseContext(true), lineno };
  }

  protected parseImport(lineno: number): Statement {
    const template = this.parseExpression();
    this.expectName('as');
    const target = this.parseTargetName();
    return { typename: 'Import', template, target, withContext: this.parseContext(false), lineno };
  }

  protected parseFrom(lineno: number): Statement {
    const template = this.parseExpression();
    this.expectName('import');
    const names: { name: string; alias: string }[] = [];
    let withContext: boolean | undefined;
    const parseContext = (): boolean => {
      if (!this.isName('with', 'without') || !this.isNextName('context')) return false;
      withContext = this.parseContext(false);
      return true;
    };
    for (;;) {
      if (names.length > 0) this.expectType('comma');
      if (!this.isType('name')) this.expectType('name');
      if (parseContext()) break;
      const nameLine = this.current.lineno;
      const name = this.parseTargetName();
      if (name.startsWith('_')) {
        this.error(
          'names starting with an underline can not be imported',
          nameLine,
          'TemplateAssertionError',
        );
      }
      names.push({ name, alias: this.skipName('as') ? this.parseTargetName() : name });
      if (parseContext() || !this.isType('comma')) break;
    }
    return { typename: 'FromImport', template, names, withContext: withContext ?? false, lineno };
  }

  protected parseSet(lineno: number): Statement {
    const target = this.parseTarget(true);
    if (this.skipType('assign')) return { typename: 'Assign', target, node: this.parseTuple(), lineno };
    const filter = this.parseFilter(undefined);
    return { typename: 'AssignBlock', target, filter, body: this.parseBody(['endset']), lineno };
  }

  protected parseWith(lineno: number): Statement {
    const targets: Expression[] = [];
    const values: Expression[] = [];
    while (!this.isType('block_end')) {
      if (targets.length > 0) this.expectType('comma');
      const target = this.parseTarget();
      markStored(target, 'param');
      targets.push(target);
      this.expectType('assign');
      values.push(this.parseExpression());
    }
    return { typename: 'With', targets, values, body: this.parseBody(['endwith']), lineno };
  }

  protected parseAutoescape(lineno: number): Statement {
    const value = this.parseExpression();
    const body = this.parseBody(['endautoescape']);
    return { typename: 'Scope', body: [{ typename: 'Autoescape', value, body, lineno }], lineno };
  }

  protected parseSignature(): Signature {
    const args: NameNode[] = [];
    const defaults: Expression[] = [];
    this.expectType('lparen');
    while (!this.isType('rparen')) {
      if (args.length > 0) this.expectType('comma');
      const { lineno } = this.current;
      args.push({ typename: 'Name', name: this.parseTargetName(), ctx: 'param', lineno });
      if (this.skipType('assign')) defaults.push(this.parseExpression());
      else if (defaults.length > 0) this.error('non-default argument follows default argument');
    }
    this.expectType('rparen');
    return { args, defaults };
  }

  protected parseMacro(lineno: number): Statement {
    const name = this.parseTargetName();
    return { typename: 'Macro', name, ...this.parseSignature(), body: this.parseBody(['endmacro']), lineno };
  }

  protected parseCallBlock(lineno: number): Statement {
    const signature = this.isType('lparen') ? this.parseSignature() : { args: [], defaults: [] };
    const call = this.parseExpression();
    if (call.typename !== 'Call') return this.error('expected call', lineno);
    return { typename: 'CallBlock', call, ...signature, body: this.parseBody(['endcall']), lineno };
  }

  protected parseFilterBlock(lineno: number): Statement {
    const filter = this.parseFilter(undefined, true);
    return { typename: 'FilterBlock', filter, body: this.parseBody(['endfilter']), lineno };
  }
}

const CONSTANTS = new Set(['true', 'false', 'none', 'True', 'False', 'None']);

function firstUnassignable(target: Expression): boolean {
  if (target.typename === 'Tuple') return target.items.some(firstUnassignable);
  if (target.typename === 'NSRef') return false;
  return target.typename !== 'Name' || CONSTANTS.has(target.name);
}

function markStored(target: Expression, ctx: 'store' | 'param' = 'store'): void {
  if (target.typename === 'Name') target.ctx = ctx;
  else if (target.typename === 'Tuple') for (const item of target.items) markStored(item, ctx);
}

function isBlank(node: Node): boolean {
  return (
    node.typename === 'Output' &&
    node.nodes.every(child => child.typename === 'TemplateData' && Array.from(child.data).every(isWhitespace))
  );
}
