import { repr } from '../runtime/repr.ts';
import type { Expression, Statement, TemplateNode } from './nodes.ts';
import { TagParser } from './tag-parser.ts';
import { JinjaTokenizer } from './tokenizer.ts';

/** Jinja2's statements, and the template as a whole. */
export class JinjaParser extends TagParser {
  private declare endNames: string[][];
  private declare openTags: string[];

  constructor(source: string) {
    super(new JinjaTokenizer(source));
  }

  override init(tokens: JinjaTokenizer): void {
    super.init(tokens);
    this.endNames = [];
    this.openTags = [];
  }

  /**
   * The tree of the whole template.
   * @throws TemplateSyntaxError
   */
  override parseAsRoot(): TemplateNode {
    const body = this.parseNodes();
    return { typename: 'Template', body, lineno: 1 };
  }

  /** Statements and text up to a tag with one of the names, or to the end. */
  override parseNodes(endNames?: string[]): Statement[] {
    const body: Statement[] = [];
    let data: Expression[] = [];
    const flush = (): void => {
      const [first] = data;
      if (first !== undefined) body.push({ typename: 'Output', nodes: data, lineno: first.lineno });
      data = [];
    };
    if (endNames !== undefined) this.endNames.push(endNames);
    while (!this.isType('eof')) {
      const token = this.nextToken();
      if (token.type === 'data') {
        data.push({ typename: 'TemplateData', data: String(token.value), lineno: token.lineno });
      } else if (token.type === 'variable_begin') {
        data.push(this.parseTuple());
        this.expectType('variable_end');
      } else {
        flush();
        if (this.current.type === 'name' && endNames?.includes(String(this.current.value))) break;
        body.push(this.parseStatement());
        this.expectType('block_end');
      }
    }
    flush();
    if (endNames !== undefined) this.endNames.pop();
    return body;
  }

  override parseStatement(): Statement {
    const token = this.current;
    if (token.type !== 'name') this.error('tag name expected', token.lineno);
    const name = String(token.value);
    const { lineno } = token;
    const parse = this.#statementParser(name);
    if (parse === undefined) return this.#failUnknownTag(name, lineno);
    this.openTags.push(name);
    this.nextToken();
    const statement = parse(lineno);
    this.openTags.pop();
    return statement;
  }

  #statementParser(name: string): ((lineno: number) => Statement) | undefined {
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
        return undefined;
    }
  }

  #failUnknownTag(name: string, lineno: number): never {
    return this.#failTag(`Encountered unknown tag ${repr(name)}.`, name, this.endNames, lineno);
  }

  protected override failEnd(endNames: string[]): never {
    return this.#failTag(
      'Unexpected end of template.',
      undefined,
      [...this.endNames, endNames],
      this.current.lineno,
    );
  }

  #failTag(start: string, name: string | undefined, endNames: string[][], lineno: number): never {
    const looking = endNames
      .at(-1)
      ?.map(end => repr(end))
      .join(' or ');
    let message = start;
    if (looking !== undefined) {
      message +=
        name !== undefined && endNames.flat().includes(name)
          ? ` You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}.`
          : ` Jinja was looking for the following tags: ${looking}.`;
    }
    const innermost = this.openTags.at(-1);
    if (innermost !== undefined)
      message += ` The innermost block that needs to be closed is ${repr(innermost)}.`;
    return this.error(message, lineno);
  }
}
