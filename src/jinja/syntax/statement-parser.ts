import { repr } from '../runtime/repr.ts';
import { isWhitespace } from '../runtime/text.ts';
import { ExpressionParser } from './expression-parser.ts';
import type { Expression, NameNode, Node, Signature, Statement, TemplateNode } from './nodes.ts';
import { JinjaTokenizer } from './tokenizer.ts';

/** Jinja2's statements, and the template as a whole. */
export class JinjaParser extends ExpressionParser {
  declare private endNames: string[][];
  declare private openTags: string[];

  constructor(source: string) {
    super(new JinjaTokenizer(source));
  }

  override init(tokens: JinjaTokenizer): void {
    super.init(tokens);
    this.endNames = [];
    this.openTags = [];
  }

  /** The tree of the whole template. Raises TemplateSyntaxError. */
  override parseAsRoot(): TemplateNode {
    const body = this.parseNodes();
    return { typename: 'Template', body, lineno: 1 };
  }

  /** Statements and text up to a tag with one of the names, or to the end. */
  override parseNodes(endNames: string[] | null = null): Statement[] {
    const body: Statement[] = [];
    let data: Expression[] = [];
    const flush = (): void => {
      const [first] = data;
      if (first !== undefined) body.push({ typename: 'Output', nodes: data, lineno: first.lineno });
      data = [];
    };
    if (endNames !== null) this.endNames.push(endNames);
    while (!this.isType('eof')) {
      const token = this.nextToken();
      if (token.type === 'data') {
        data.push({ typename: 'TemplateData', data: String(token.value), lineno: token.lineno });
      } else if (token.type === 'variable_begin') {
        data.push(this.parseTuple());
        this.expectType('variable_end');
      } else {
        flush();
        if (endNames !== null && this.isName(...endNames)) break;
        body.push(this.parseStatement());
        this.expectType('block_end');
      }
    }
    flush();
    if (endNames !== null) this.endNames.pop();
    return body;
  }

  override parseStatement(): Statement {
    const token = this.current;
    if (token.type !== 'name') this.error('tag name expected', token.lineno);
    const name = String(token.value);
    const { lineno } = token;
    const parse = this.statementParser(name);
    if (parse === null) return this.failUnknownTag(name, lineno);
    this.openTags.push(name);
    this.nextToken();
    const statement = parse(lineno);
    this.openTags.pop();
    return statement;
  }

  private statementParser(name: string): ((lineno: number) => Statement) | null {
    switch (name) {
      case 'for':
        return lineno => this.parseFor(lineno);
      case 'if':
        return lineno => this.parseIf(lineno);
      case 'block':
        return lineno => this.parseBlock(lineno);
      case 'extends':
        return lineno => ({ typename: 'Extends', template: this.parseExpression(), lineno });
      case 'print':
        return lineno => this.parsePrint(lineno);
      case 'macro':
        return lineno => this.parseMacro(lineno);
      case 'include':
        return lineno => this.parseInclude(lineno);
      case 'from':
        return lineno => this.parseFrom(lineno);
      case 'import':
        return lineno => this.parseImport(lineno);
      case 'set':
        return lineno => this.parseSet(lineno);
      case 'with':
        return lineno => this.parseWith(lineno);
      case 'autoescape':
        return lineno => this.parseAutoescape(lineno);
      case 'call':
        return lineno => this.parseCallBlock(lineno);
      case 'filter':
        return lineno => this.parseFilterBlock(lineno);
      default:
        return null;
    }
  }

  private parseBody(endNames: string[], dropEnd = true): Statement[] {
    this.skipType('colon');
    this.expectType('block_end');
    const body = this.parseNodes(endNames);
    if (this.isType('eof')) this.failEnd(endNames);
    if (dropEnd) this.nextToken();
    return body;
  }

  private parseTarget(withNamespace = false): Expression {
    if (withNamespace && this.look(1).type === 'dot') {
      const token = this.expectType('name');
      this.nextToken();
      const attr = String(this.expectType('name').value);
      return { typename: 'NSRef', name: String(token.value), attr, lineno: token.lineno };
    }
    const target = this.parseTuple({ simplified: true });
    this.makeStored(target);
    return target;
  }

  private makeStored(target: Expression): void {
    const refused = firstUnassignable(target);
    if (refused) this.error(`can't assign to ${repr(target.typename.toLowerCase())}`, target.lineno);
    markStored(target);
  }

  private parseTargetName(): string {
    const { value, lineno } = this.expectType('name');
    const name = String(value);
    if (CONSTANTS.has(name)) this.error("can't assign to 'name'", lineno);
    return name;
  }

  private parseFor(lineno: number): Statement {
    const target = this.parseTarget();
    this.expectName('in');
    const iter = this.parseTuple({ withCondition: false });
    const test = this.skipName('if') ? this.parseExpression() : null;
    const recursive = this.skipName('recursive');
    const body = this.parseBody(['endfor', 'else'], false);
    const else_ = this.nextToken().value === 'endfor' ? [] : this.parseBody(['endfor']);
    return { typename: 'For', target, iter, body, else_, test, recursive, lineno };
  }

  private parseIf(lineno: number): Statement {
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

  private parseBranch(): { test: Expression; body: Statement[] } {
    const test = this.parseTuple({ withCondition: false });
    return { test, body: this.parseBody(['elif', 'else', 'endif'], false) };
  }

  private parseBlock(lineno: number): Statement {
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

  private parsePrint(lineno: number): Statement {
    const nodes: Expression[] = [];
    while (!this.isType('block_end')) {
      if (nodes.length > 0) this.expectType('comma');
      nodes.push(this.parseExpression());
    }
    return { typename: 'Output', nodes, lineno };
  }

  private parseContext(otherwise: boolean): boolean {
    if (!this.isName('with', 'without') || !this.isNextName('context')) return otherwise;
    const withContext = this.nextToken().value === 'with';
    this.nextToken();
    return withContext;
  }

  private parseInclude(lineno: number): Statement {
    const template = this.parseExpression();
    const ignoreMissing = this.isName('ignore') && this.isNextName('missing');
    if (ignoreMissing) {
      this.nextToken();
      this.nextToken();
    }
    return { typename: 'Include', template, ignoreMissing, withContext: this.parseContext(true), lineno };
  }

  private parseImport(lineno: number): Statement {
    const template = this.parseExpression();
    this.expectName('as');
    const target = this.parseTargetName();
    return { typename: 'Import', template, target, withContext: this.parseContext(false), lineno };
  }

  private parseFrom(lineno: number): Statement {
    const template = this.parseExpression();
    this.expectName('import');
    const names: { name: string; alias: string }[] = [];
    let withContext: boolean | null = null;
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

  private parseSet(lineno: number): Statement {
    const target = this.parseTarget(true);
    if (this.skipType('assign')) return { typename: 'Assign', target, node: this.parseTuple(), lineno };
    const filter = this.parseFilter(null);
    return { typename: 'AssignBlock', target, filter, body: this.parseBody(['endset']), lineno };
  }

  private parseWith(lineno: number): Statement {
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

  private parseAutoescape(lineno: number): Statement {
    const value = this.parseExpression();
    const body = this.parseBody(['endautoescape']);
    return { typename: 'Scope', body: [{ typename: 'Autoescape', value, body, lineno }], lineno };
  }

  private parseSignature(): Signature {
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

  private parseMacro(lineno: number): Statement {
    const name = this.parseTargetName();
    return { typename: 'Macro', name, ...this.parseSignature(), body: this.parseBody(['endmacro']), lineno };
  }

  private parseCallBlock(lineno: number): Statement {
    const signature = this.isType('lparen') ? this.parseSignature() : { args: [], defaults: [] };
    const call = this.parseExpression();
    if (call.typename !== 'Call') return this.error('expected call', lineno);
    return { typename: 'CallBlock', call, ...signature, body: this.parseBody(['endcall']), lineno };
  }

  private parseFilterBlock(lineno: number): Statement {
    const filter = this.parseFilter(null, true);
    return { typename: 'FilterBlock', filter, body: this.parseBody(['endfilter']), lineno };
  }

  private failUnknownTag(name: string, lineno: number): never {
    return this.failTag(`Encountered unknown tag ${repr(name)}.`, name, this.endNames, lineno);
  }

  private failEnd(endNames: string[]): never {
    return this.failTag(
      'Unexpected end of template.',
      null,
      [...this.endNames, endNames],
      this.current.lineno,
    );
  }

  private failTag(start: string, name: string | null, endNames: string[][], lineno: number): never {
    const looking = endNames
      .at(-1)
      ?.map(end => repr(end))
      .join(' or ');
    let message = start;
    if (looking !== undefined) {
      message +=
        name !== null && endNames.flat().includes(name)
          ? ` You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}.`
          : ` Jinja was looking for the following tags: ${looking}.`;
    }
    const innermost = this.openTags.at(-1);
    if (innermost !== undefined)
      message += ` The innermost block that needs to be closed is ${repr(innermost)}.`;
    return this.error(message, lineno);
  }
}

const CONSTANTS = new Set(['true', 'false', 'none', 'True', 'False', 'None']);

function firstUnassignable(target: Expression): boolean {
  if (target.typename === 'Tuple') return target.items.some(firstUnassignable);
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
