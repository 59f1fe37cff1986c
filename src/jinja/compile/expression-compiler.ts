import { repr } from '../runtime/repr.ts';
import type * as nodes from '../syntax/nodes.ts';
import { literal } from './code-writer.ts';
import type { Frame } from './frame.ts';
import { OperatorCompiler } from './operator-compiler.ts';

/** Writes calls, filters, tests and conditional expressions. */
export abstract class ExpressionCompiler extends OperatorCompiler {
  /** `name, [args], keywords` of a call. */
  protected argumentsCode(
    node: nodes.Arguments & { lineno: number },
    frame: Frame,
    first: string[],
    more: [string, string][] = [],
  ): string {
    const positional = `[${[...first, ...node.args.map(arg => this.code(arg, frame))].join(', ')}]`;
    const args =
      node.dynArgs === undefined
        ? positional
        : `${this.use('spread')}(${positional}, ${this.code(node.dynArgs, frame)})`;
    const named = node.kwargs.map(({ key, value }) => [key, this.code(value, frame)] as [string, string]);
    this.#refuseRepeated([...named, ...more], node.lineno);
    if (named.length + more.length === 0 && node.dynKwargs === undefined) return `${args}, null`;
    const pairs = [...named, ...more].map(([key, value]) => `[${literal(key)}, ${value}]`).join(', ');
    const rest = node.dynKwargs === undefined ? '' : `, ${this.code(node.dynKwargs, frame)}`;
    return `${args}, ${this.use('keywords')}([${pairs}]${rest})`;
  }

  #refuseRepeated(named: [string, string][], lineno: number): void {
    const names = named.map(([key]) => key);
    const repeated = names.find((key, index) => names.indexOf(key) !== index);
    if (repeated === undefined || names.some(name => PYTHON_KEYWORDS.has(name))) return;
    this.error(`keyword argument repeated: ${repeated}`, lineno, 'SyntaxError');
  }

  compileCall(node: nodes.CallNode, frame: Frame): void {
    this._emit(this.callCode(node, frame));
  }

  /** A call; a call block passes its body on as `caller`. */
  protected callCode(node: nodes.CallNode, frame: Frame, caller?: string): string {
    const callee = this.code(node.node, frame);
    const more: [string, string][] = caller === undefined ? [] : [['caller', caller]];
    return `${this.use('call')}(context, ${callee}, ${this.argumentsCode(node, frame, [], more)})`;
  }

  compileFilter(node: nodes.FilterNode, frame: Frame): void {
    if (!this.environment.filters.has(node.name) && !frame.soft) {
      this.error(`No filter named ${repr(node.name)}.`, node.lineno);
    }
    const value = node.node === undefined ? this.#bufferCode(frame) : this.code(node.node, frame);
    const args = this.argumentsCode(node, frame, [value]);
    this._emit(`${this.use('filterNamed')}(context, ${literal(node.name)}, ${args})`);
  }

  /** What has been printed into the frame's buffer, as a value. */
  #bufferCode(frame: Frame): string {
    const { volatile, autoescape } = frame.evaluation;
    if (volatile) return `${this.use('captured')}(context.autoescape, ${frame.buffer})`;
    return autoescape ? `new ${this.use('Markup')}(${frame.buffer})` : frame.buffer;
  }

  compileTest(node: nodes.TestNode, frame: Frame): void {
    if (!this.environment.tests.has(node.name) && !frame.soft) {
      this.error(`No test named ${repr(node.name)}.`, node.lineno);
    }
    const args = this.argumentsCode(node, frame, [this.code(node.node, frame)]);
    this._emit(`${this.use('testNamed')}(context, ${literal(node.name)}, ${args})`);
  }

  compileCondExpr(node: nodes.ConditionNode, outer: Frame): void {
    const frame = outer.softened();
    const value = this.code(node.expr1, frame);
    const test = this.condition(node.test, frame);
    const otherwise =
      node.expr2 === undefined
        ? `${this.use('missingElse')}(${literal(this.position(node))})`
        : this.code(node.expr2, frame);
    this._emit(`(${test} ? ${value} : ${otherwise})`);
  }
}

// With one of these among the arguments Jinja2 passes them as a dict, where repetition is no error.
const PYTHON_KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);
