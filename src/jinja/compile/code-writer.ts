import compiler from 'nunjucks/src/compiler.js';
import { JinjaError } from '../errors.ts';
import type { RenderEnvironment } from '../runtime/context.ts';
import type { Expression, Node } from '../syntax/nodes.ts';
import type { Frame } from './frame.ts';
import { fold } from './optimizer.ts';

/** The variables of one JavaScript function that is being written. */
interface FunctionScope {
  /** Where in the code its declarations go. */
  slot: number;
  declared: Set<string>;
}

const FOLDABLE = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'FloorDiv', 'Mod', 'Pow', 'And', 'Or', 'Not', 'Neg', 'Pos'],
  ...['Concat', 'Compare', 'Getattr', 'Getitem', 'Filter', 'Test', 'CondExpr', 'Call'],
]);

/** nunjucks' compiler with what its code is written with here: functions, their variables, the runtime's names. */
export abstract class CodeWriter extends compiler.Compiler {
  protected declare environment: RenderEnvironment;
  private declare helpers: Set<string>;
  private declare constants: Map<string, string>;
  private declare scopes: FunctionScope[];
  private declare inFolded: boolean;
  private declare line: number;

  constructor(environment: RenderEnvironment, templateName: string | null) {
    super(templateName, true);
    this.environment = environment;
  }

  override init(templateName: string | null, throwOnUndefined: boolean): void {
    super.init(templateName, throwOnUndefined);
    this.helpers = new Set();
    this.constants = new Map();
    this.scopes = [];
    this.inFolded = false;
    this.line = 1;
  }

  /** Writes a node; constants among its parts are worked out first. */
  override compile(node: Node, frame: Frame): void {
    if (this.inFolded || frame.evaluation.volatile || !FOLDABLE.has(node.typename)) {
      super.compile(node, frame);
      return;
    }
    // What is below an expression is an expression: all of it has been looked at then.
    this.inFolded = true;
    super.compile(fold(node as Expression, this.environment, frame.evaluation), frame);
    this.inFolded = false;
  }

  protected error(message: string, lineno: number, pythonName = 'TemplateAssertionError'): never {
    throw Object.assign(new JinjaError(pythonName, message), { lineno });
  }

  /** The line of the template that what is being written comes from, as Jinja2 would note it. */
  get currentLine(): number {
    return this.line;
  }

  /** A name of the runtime, made known to the code. */
  protected use(helper: string): string {
    this.helpers.add(helper);
    return helper;
  }

  /** A value that never changes, made once. */
  protected constant(code: string): string {
    let name = this.constants.get(code);
    if (name === undefined) {
      name = `c_${this.constants.size}`;
      this.constants.set(code, name);
    }
    return name;
  }

  /** Writes a function around `body`; `head` and `tail` come before its variables and at its end. */
  protected writeFunction(head: string, parameters: string[], body: () => void, tail: string): void {
    this._emitLine(head);
    const scope = { slot: this.codebuf.length, declared: new Set<string>() };
    this._emit('');
    this.scopes.push(scope);
    body();
    this.scopes.pop();
    for (const parameter of parameters) scope.declared.delete(parameter);
    if (scope.declared.size > 0) this.codebuf[scope.slot] = `let ${Array.from(scope.declared).join(', ')};\n`;
    this._emitLine(tail);
  }

  /** Like writeFunction, with errors marked by the line that they came from. */
  protected writeLocatedFunction(
    head: string,
    parameters: string[],
    body: () => void,
    result: () => string,
  ): void {
    this.writeFunction(
      head,
      parameters,
      () => {
        this._emitLine(`let line = ${this.line};\ntry {`);
        body();
        this.keepLine();
        this._emitLine(`return ${result()};`);
      },
      `} catch (error) { throw ${this.use('located')}(error, template, line); }\n}`,
    );
  }

  protected declare(name: string): string {
    this.scopes.at(-1)?.declared.add(name);
    return name;
  }

  /** A new variable of the function that is being written. */
  protected temporary(): string {
    return this.declare(this._tmpid());
  }

  /**
   * What is written from here on comes from the node's line. It counts in the order in which code is written, not in
   * which it runs: Jinja2 looks up what was noted last above the line of Python where an error was raised.
   */
  protected mark(node: { lineno: number }): void {
    this.line = node.lineno;
    this.keepLine();
  }

  /** The same inside an expression. */
  protected lineMark(node: { lineno: number }): string {
    this.line = node.lineno;
    return `line = ${node.lineno}`;
  }

  /** For a statement that has no line of its own and can fail: what ran before may have been further down. */
  protected keepLine(): void {
    this._emitLine(`line = ${this.line};`);
  }

  /** What `write` writes, instead of appending it to the code. */
  protected capture(write: () => void): string {
    const outer = this.codebuf;
    this.codebuf = [];
    write();
    const code = this.codebuf.join('');
    this.codebuf = outer;
    return code;
  }

  /** The code of a node, instead of appending it to the code. */
  protected code(node: Node, frame: Frame): string {
    const outer = this.codebuf;
    const own: string[] = [];
    this.codebuf = own;
    this.compile(node, frame);
    this.codebuf = outer;
    return own.length === 1 ? (own[0] as string) : own.join('');
  }

  /** The code before the template's functions. */
  protected preamble(): string {
    const constants = Array.from(this.constants, ([code, name]) => `const ${name} = ${code};\n`).join('');
    return `const { ${Array.from(this.helpers).sort().join(', ')} } = runtime;\n${constants}`;
  }
}

/** A JavaScript string literal: since ECMAScript 2019 each of JSON is one. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** A key of an object literal: computed, because `__proto__` would mean something else. */
export function objectKey(name: string): string {
  return `[${literal(name)}]`;
}
