import { NOT_CONSTANT } from '../errors.ts';
import { repr } from '../runtime/repr.ts';
import { Dict, Float, Markup, Tuple, type Value } from '../runtime/values.ts';
import type * as nodes from '../syntax/nodes.ts';
import { CodeWriter, literal } from './code-writer.ts';
import type { Frame } from './frame.ts';

const COMPARISONS: Readonly<Record<string, string>> = { lt: '<', lteq: '<=', gt: '>', gteq: '>=' };
const OPERATIONS: Readonly<Record<string, string>> = {
  Add: 'add',
  Sub: 'subtract',
  Mul: 'multiply',
  Div: 'trueDivide',
  FloorDiv: 'floorDivision',
  Mod: 'remainder',
  Pow: 'raiseToPower',
};
const YES_OR_NO = new Set(['Compare', 'Not']);

/** Writes literals and operators. Each `compile…` is what nunjucks' compiler calls for a node of that name. */
export abstract class OperatorCompiler extends CodeWriter {
  /** Parameters of macros whose defaults are still being worked out. */
  protected declare openParameters: Set<string>[];

  override init(templateName: string | null, throwOnUndefined: boolean): void {
    super.init(templateName, throwOnUndefined);
    this.openParameters = [];
  }

  /** The code of a condition, a JavaScript boolean. */
  protected condition(node: nodes.Expression, frame: Frame): string {
    const code = this.code(node, frame);
    return YES_OR_NO.has(node.typename) ? code : `${this.use('truthy')}(${code})`;
  }

  protected position(node: { lineno: number }): string {
    const { templateName } = this as unknown as { templateName: string | null };
    return templateName === null ? `line ${node.lineno}` : `line ${node.lineno} in ${repr(templateName)}`;
  }

  compileConst(node: nodes.ConstNode): void {
    this._emit(this.#valueCode(node.value));
  }

  #valueCode(value: Value): string {
    if (value === null || typeof value === 'boolean') return String(value);
    if (typeof value === 'number') return value < 0 ? `(${value})` : String(value);
    if (typeof value === 'bigint') return `(${value}n)`;
    if (typeof value === 'string') return literal(value);
    if (value instanceof Float) return this.#floatCode(value.value);
    if (value instanceof Markup) return this.constant(`new ${this.use('Markup')}(${literal(value.value)})`);
    if (Array.isArray(value)) return `[${value.map(item => this.#valueCode(item)).join(', ')}]`;
    if (value instanceof Tuple) return this.#tupleCode(value.items.map(item => this.#valueCode(item)));
    if (value instanceof Dict) {
      const pairs = Array.from(
        value.pairs(),
        pair => `[${pair.map(item => this.#valueCode(item)).join(', ')}]`,
      );
      return this.#dictCode(pairs);
    }
    throw NOT_CONSTANT;
  }

  // Jinja2 writes these by name, and Python does not know the names.
  #floatCode(value: number): string {
    if (!Number.isFinite(value)) {
      return `${this.use('raise')}("NameError", "name '${Number.isNaN(value) ? 'nan' : 'inf'}' is not defined")`;
    }
    return this.constant(`new ${this.use('Float')}(${Object.is(value, -0) ? '-0' : value})`);
  }

  #tupleCode(items: string[]): string {
    return `new ${this.use('Tuple')}([${items.join(', ')}])`;
  }

  #dictCode(pairs: string[]): string {
    return `${this.use('Dict')}.from([${pairs.join(', ')}])`;
  }

  compileTemplateData(node: nodes.TemplateDataNode): void {
    this._emit(literal(node.data));
  }

  compileName(node: nodes.NameNode, frame: Frame): void {
    const ref = frame.symbols.ref(node.name);
    const isParameter = frame.symbols.findLoad(ref)?.kind === 'parameter';
    const known = isParameter && !this.openParameters.at(-1)?.has(ref);
    if (node.ctx !== 'load' || known) this._emit(ref);
    else this._emit(`(${ref} === undefined ? ${this.use('undefinedName')}(${literal(node.name)}) : ${ref})`);
  }

  compileTuple(node: nodes.TupleNode, frame: Frame): void {
    this._emit(this.#tupleCode(node.items.map(item => this.code(item, frame))));
  }

  compileList(node: nodes.ListNode, frame: Frame): void {
    this._emit(`[${node.items.map(item => this.code(item, frame)).join(', ')}]`);
  }

  compileDict(node: nodes.DictNode, frame: Frame): void {
    const pairs = node.items.map(
      ({ key, value }) => `[${this.code(key, frame)}, ${this.code(value, frame)}]`,
    );
    this._emit(this.#dictCode(pairs));
  }

  #compileBinary(node: nodes.BinaryNode, frame: Frame): void {
    const operation = this.use(OPERATIONS[node.typename] ?? '');
    this._emit(`${operation}(${this.code(node.left, frame)}, ${this.code(node.right, frame)})`);
  }

  compileAdd(node: nodes.BinaryNode, frame: Frame): void {
    this.#compileBinary(node, frame);
  }

  compileSub(node: nodes.BinaryNode, frame: Frame): void {
    this.#compileBinary(node, frame);
  }

  compileMul(node: nodes.BinaryNode, frame: Frame): void {
    this.#compileBinary(node, frame);
  }

  compileDiv(node: nodes.BinaryNode, frame: Frame): void {
    this.#compileBinary(node, frame);
  }

  compileFloorDiv(node: nodes.BinaryNode, frame: Frame): void {
    this.#compileBinary(node, frame);
  }

  compileMod(node: nodes.BinaryNode, frame: Frame): void {
    this.#compileBinary(node, frame);
  }

  compilePow(node: nodes.BinaryNode, frame: Frame): void {
    this.#compileBinary(node, frame);
  }

  compileAnd(node: nodes.BinaryNode, frame: Frame): void {
    const left = this.temporary();
    const test = `${this.use('truthy')}(${left} = ${this.code(node.left, frame)})`;
    this._emit(`(${test} ? ${this.code(node.right, frame)} : ${left})`);
  }

  compileOr(node: nodes.BinaryNode, frame: Frame): void {
    const left = this.temporary();
    const test = `${this.use('truthy')}(${left} = ${this.code(node.left, frame)})`;
    this._emit(`(${test} ? ${left} : ${this.code(node.right, frame)})`);
  }

  compileNot(node: nodes.UnaryNode, frame: Frame): void {
    this._emit(`!${this.condition(node.node, frame)}`);
  }

  compileNeg(node: nodes.UnaryNode, frame: Frame): void {
    this._emit(`${this.use('negate')}(${this.code(node.node, frame)})`);
  }

  compilePos(node: nodes.UnaryNode, frame: Frame): void {
    this._emit(`${this.use('plus')}(${this.code(node.node, frame)})`);
  }

  compileConcat(node: nodes.ConcatNode, frame: Frame): void {
    const { volatile, autoescape } = frame.evaluation;
    const join = this.use(autoescape && !volatile ? 'joinMarkup' : 'joinPlain');
    this._emit(`${join}([${node.nodes.map(part => this.code(part, frame)).join(', ')}])`);
  }

  compileCompare(node: nodes.CompareNode, frame: Frame): void {
    let left = this.code(node.expr, frame);
    const parts = node.ops.map(({ op, expr }, index) => {
      const right = this.code(expr, frame);
      if (index === node.ops.length - 1) return this.#comparison(op, left, right);
      const kept = this.temporary();
      const part = this.#comparison(op, left, `${kept} = ${right}`);
      left = kept;
      return part;
    });
    this._emit(`(${parts.join(' && ')})`);
  }

  #comparison(op: string, left: string, right: string): string {
    switch (op) {
      case 'eq':
        return `${this.use('equals')}(${left}, ${right})`;
      case 'ne':
        return `!${this.use('equals')}(${left}, ${right})`;
      case 'in':
        return `${this.use('isIn')}(${left}, ${right})`;
      case 'notin':
        return `!${this.use('isIn')}(${left}, ${right})`;
      default:
        return `${this.use('compare')}(${left}, '${COMPARISONS[op]}', ${right})`;
    }
  }

  compileGetattr(node: nodes.GetattrNode, frame: Frame): void {
    this._emit(`${this.use('getAttribute')}(${this.code(node.node, frame)}, ${literal(node.attr)})`);
  }

  compileGetitem(node: nodes.GetitemNode, frame: Frame): void {
    const object = this.code(node.node, frame);
    if (node.arg.typename !== 'Slice') {
      this._emit(`${this.use('getItem')}(${object}, ${this.code(node.arg, frame)})`);
      return;
    }
    const { start, stop, step } = node.arg;
    const parts = [start, stop, step].map(part => (part === undefined ? 'null' : this.code(part, frame)));
    this._emit(`${this.use('slice')}(${object}, ${parts.join(', ')})`);
  }

  // Only reached inside a tuple, which Python itself refuses.
  compileSlice(node: nodes.SliceNode): void {
    this.error('invalid syntax', node.lineno, 'SyntaxError');
  }
}
