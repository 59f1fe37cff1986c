import { repr } from '../runtime/repr.ts';
import type * as nodes from '../syntax/nodes.ts';
import { literal, objectKey } from './code-writer.ts';
import { ExpressionCompiler } from './expression-compiler.ts';
import type { Frame } from './frame.ts';
import { analyzeScope } from './symbol-analysis.ts';

/** Writes scopes and what puts values into variables. */
export abstract class AssignmentCompiler extends ExpressionCompiler {
  /** Gives the variables of a scope their first values. */
  protected enterFrame(frame: Frame): void {
    for (const [target, load] of frame.symbols.loads) {
      if (load.kind === 'parameter') continue;
      this.declare(target);
      if (load.kind === 'resolve') this._emitLine(`${target} = context.resolve(${literal(load.name)});`);
      else if (load.kind === 'alias') this._emitLine(`${target} = ${load.target};`);
      else this._emitLine(`${target} = undefined;`);
    }
  }

  /** Forgets the variables of a scope. */
  protected leaveFrame(frame: Frame): void {
    const targets = Array.from(frame.symbols.loads.keys());
    if (targets.length > 0)
      this._emitLine(`${targets.map(target => this.declare(target)).join(' = ')} = undefined;`);
  }

  protected print(frame: Frame, code: string): void {
    this._emitLine(`${frame.buffer} += ${code};`);
  }

  /** A buffer of its own for what the frame prints from here on. */
  protected startBuffer(frame: Frame): void {
    frame.buffer = this.temporary();
    this._emitLine(`${frame.buffer} = '';`);
  }

  /** Writes statements; false if the rest of them can never be reached. */
  protected body(statements: readonly nodes.Statement[], frame: Frame): boolean {
    for (const statement of statements) {
      this.compile(statement, frame);
      if (this.isUnreachable) {
        this.isUnreachable = false;
        return false;
      }
    }
    return true;
  }

  protected declare isUnreachable: boolean;
  /** Whether the function that is being written is the root or a block, not a macro or a recursive loop. */
  protected declare inPlainFunction: boolean;

  override init(templateName: string | null, throwOnUndefined: boolean): void {
    super.init(templateName, throwOnUndefined);
    this.isUnreachable = false;
    this.inPlainFunction = true;
  }

  /** The names and values that an include or a scoped block takes along. */
  protected localsCode(frame: Frame): string {
    const pairs = Array.from(frame.symbols.visibleStores(), ([name, ref]) => `${objectKey(name)}: ${ref}`);
    return `{ ${pairs.join(', ')} }`;
  }

  /** Puts the value of `code` into a target, taking tuples apart. */
  protected store(target: nodes.Expression, code: string, frame: Frame): void {
    if (target.typename === 'Name') {
      this._emitLine(`${this.declare(frame.symbols.ref(target.name))} = ${code};`);
    } else if (target.typename === 'Tuple') {
      const parts = this.temporary();
      this._emitLine(`${parts} = ${this.use('unpack')}(${code}, ${target.items.length});`);
      for (const [index, item] of target.items.entries()) this.store(item, `${parts}[${index}]`, frame);
    } else if (target.typename === 'NSRef') {
      const ref = frame.symbols.ref(target.name);
      this._emitLine(`${this.use('assignItem')}(${ref}, ${literal(target.attr)}, ${code});`);
    } else this.error(`can't assign to ${repr(target.typename.toLowerCase())}`, target.lineno);
  }

  /** Makes what a target was given visible outside the template's own code, at the top level. */
  #publish(target: nodes.Expression, frame: Frame): void {
    if (!frame.toplevel || frame.loopFrame || frame.blockFrame) return;
    const names = storedNames(target);
    if (names.length === 0) return;
    const pairs = names.map(name => `${objectKey(name)}: ${frame.symbols.ref(name)}`);
    this._emitLine(`context.assign({ ${pairs.join(', ')} });`);
  }

  compileAssign(node: nodes.AssignNode, frame: Frame): void {
    for (const name of namespacesIn(node.target)) {
      this.keepLine();
      this._emitLine(`${this.use('requireNamespace')}(${frame.symbols.ref(name)});`);
    }
    this.mark(node);
    this.store(node.target, this.code(node.node, frame), frame);
    this.#publish(node.target, frame);
  }

  compileAssignBlock(node: nodes.AssignBlockNode, frame: Frame): void {
    const inner = frame.inner();
    inner.requireOutputCheck = false;
    analyzeScope(inner.symbols, node);
    this.enterFrame(inner);
    this.startBuffer(inner);
    this.body(node.body, inner);
    this.mark(node);
    const value = node.filter === undefined ? inner.buffer : this.code(node.filter, inner);
    this.store(node.target, `${this.use('captured')}(context.autoescape, ${value})`, frame);
    this.#publish(node.target, frame);
    this.leaveFrame(inner);
  }

  compileWith(node: nodes.WithNode, frame: Frame): void {
    const inner = frame.inner();
    analyzeScope(inner.symbols, node);
    this.enterFrame(inner);
    for (const [index, target] of node.targets.entries()) {
      const value = node.values[index];
      if (value === undefined) continue;
      this.keepLine();
      this.store(target, this.code(value, frame), inner);
    }
    this.body(node.body, inner);
    this.leaveFrame(inner);
  }

  compileScope(node: nodes.ScopeNode, frame: Frame): void {
    const inner = frame.inner();
    analyzeScope(inner.symbols, node);
    this.enterFrame(inner);
    this.body(node.body, inner);
    this.leaveFrame(inner);
  }
}

/** The namespaces whose attributes a target is made of. */
function namespacesIn(target: nodes.Expression): Set<string> {
  if (target.typename === 'NSRef') return new Set([target.name]);
  return new Set(target.typename === 'Tuple' ? target.items.flatMap(item => [...namespacesIn(item)]) : []);
}

function storedNames(target: nodes.Expression): string[] {
  if (target.typename === 'Name') return [target.name];
  return target.typename === 'Tuple' ? target.items.flatMap(storedNames) : [];
}
