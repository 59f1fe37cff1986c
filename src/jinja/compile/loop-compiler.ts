import { NOT_CONSTANT } from '../errors.ts';
import { markupOf } from '../runtime/escape.ts';
import { truthy } from '../runtime/iteration.ts';
import { str } from '../runtime/repr.ts';
import type * as nodes from '../syntax/nodes.ts';
import { blocksIn, descendants, findUndeclared } from '../syntax/walk.ts';
import { literal } from './code-writer.ts';
import { ConstantEvaluator } from './constants.ts';
import type { Frame } from './frame.ts';
import { MacroCompiler } from './macro-compiler.ts';
import { analyzeScope } from './symbol-analysis.ts';

/** What the parts of one for loop have in common. */
interface Loop {
  node: nodes.ForNode;
  frame: Frame;
  elseFrame: Frame;
  /** The identifier of `loop`, undefined where the body does not look at it. */
  ref: string | undefined;
  /** The generator that leaves out what the loop's `if` refuses. */
  filter: string | undefined;
}

/** Writes output, conditions, loops and autoescape blocks. */
export abstract class LoopCompiler extends MacroCompiler {
  /** Set once a template is known to extend another whatever happens: nothing outside blocks is printed then. */
  protected declare hasKnownExtends: boolean;
  /** All names of variables in the template. */
  protected declare names: Set<string>;
  protected declare hasScopedBlocks: boolean;

  override init(templateName: string | null, throwOnUndefined: boolean): void {
    super.init(templateName, throwOnUndefined);
    this.hasKnownExtends = false;
    this.names = new Set();
    this.hasScopedBlocks = false;
  }

  /** Whether these read a name that they have not set: most templates have none of those that this is asked for. */
  protected reads(body: readonly nodes.Node[], name: string): boolean {
    return this.names.has(name) && findUndeclared(body, [name]).has(name);
  }

  compileOutput(node: nodes.OutputNode, frame: Frame): void {
    if (frame.requireOutputCheck && this.hasKnownExtends) return;
    if (frame.requireOutputCheck) this._emitLine('if (parent === null) {');
    let text = '';
    const flush = (): void => {
      if (text !== '') this.print(frame, literal(text));
      text = '';
    };
    for (const child of node.nodes) {
      const constant = this.#constantOutput(child, frame);
      if (constant !== undefined) text += constant;
      else {
        flush();
        this.mark(child);
        this.print(frame, this.#outputCode(child, frame));
      }
    }
    flush();
    if (frame.requireOutputCheck) this._emitLine('}');
  }

  #constantOutput(child: nodes.Expression, frame: Frame): string | undefined {
    if (child.typename === 'TemplateData') return frame.evaluation.volatile ? undefined : child.data;
    try {
      // A constant goes by what is known of autoescape here, even where a variable decides it.
      const value = new ConstantEvaluator(this.environment, frame.evaluation).evaluate(child);
      return frame.evaluation.autoescape ? markupOf(value) : str(value);
    } catch {
      return undefined;
    }
  }

  #outputCode(child: nodes.Expression, frame: Frame): string {
    const code = this.code(child, frame);
    if (child.typename === 'TemplateData') return `(context.autoescape, ${code})`;
    if (frame.evaluation.volatile) return `${this.use('print')}(context, ${code})`;
    return `${this.use(frame.evaluation.autoescape ? 'markupOf' : 'str')}(${code})`;
  }

  compileIf(node: nodes.IfNode, frame: Frame): void {
    const soft = frame.softened();
    this.mark(node);
    this._emitLine(`if (${this.condition(node.test, soft)}) {`);
    this.body(node.body, soft);
    for (const branch of node.elif) {
      this._emitLine(`} else if ((${this.lineMark(branch)}, ${this.condition(branch.test, soft)})) {`);
      this.body(branch.body, soft);
    }
    if (node.else_.length > 0) {
      this._emitLine('} else {');
      this.body(node.else_, soft);
    }
    this._emitLine('}');
  }

  compileFor(node: nodes.ForNode, frame: Frame): void {
    const loop = this.#prepareLoop(node, frame);
    this.mark(node);
    if (node.recursive) this.#writeRecursive(loop, frame);
    else this.#writeLoop(loop, this.code(node.iter, frame), undefined);
  }

  #prepareLoop(node: nodes.ForNode, outer: Frame): Loop {
    const frame = outer.inner();
    frame.loopFrame = true;
    const elseFrame = outer.inner();
    const extended =
      node.recursive ||
      this.reads(node.body, 'loop') ||
      (this.hasScopedBlocks && blocksIn(node).some(block => block.scoped));
    const ref = extended ? frame.symbols.declareParameter('loop') : undefined;
    analyzeScope(frame.symbols, node, 'body');
    if (node.else_.length > 0) analyzeScope(elseFrame.symbols, node, 'else');
    const filter = node.test === undefined ? undefined : this.#writeLoopFilter(node, node.test, frame, outer);
    for (const name of this.names.has('loop') ? descendants(node) : []) {
      if (name.typename === 'Name' && name.ctx === 'store' && name.name === 'loop') {
        this.error("Can't assign to special loop variable in for-loop target", name.lineno);
      }
    }
    return { node, frame, elseFrame, ref, filter };
  }

  #writeLoopFilter(node: nodes.ForNode, test: nodes.Expression, loopFrame: Frame, outer: Frame): string {
    const frame = outer.inner();
    analyzeScope(frame.symbols, node, 'test');
    const name = this._tmpid();
    const item = this._tmpid();
    this.mark(test);
    this.writeLocatedFunction(
      `const ${name} = function* (items) {`,
      [],
      () => {
        this.enterFrame(frame);
        this._emitLine(`for (const ${item} of ${this.use('each')}(items)) {`);
        this.store(node.target, item, loopFrame);
        this._emitLine(`if (${this.condition(test, frame)}) yield ${this.code(node.target, loopFrame)};`);
        this._emitLine('}');
      },
      () => 'undefined',
    );
    return name;
  }

  #writeRecursive(loop: Loop, outer: Frame): void {
    const { node, frame, elseFrame } = loop;
    const name = this._tmpid();
    const wasPlain = this.inPlainFunction;
    const { autoescape, volatile } = frame.evaluation;
    this.writeLocatedFunction(
      `const ${name} = (items, depth) => {`,
      [],
      () => {
        this.startBuffer(frame);
        elseFrame.buffer = frame.buffer;
        this.inPlainFunction = false;
        this.#writeLoop(loop, 'items', `${name}, depth`);
        this.inPlainFunction = wasPlain;
      },
      () => {
        if (volatile) return `${this.use('captured')}(context.autoescape, ${frame.buffer})`;
        return autoescape ? `new ${this.use('Markup')}(${frame.buffer})` : frame.buffer;
      },
    );
    this.mark(node);
    this.print(outer, `${this.use('str')}(${name}(${this.code(node.iter, outer)}, 0))`);
  }

  #writeLoop(loop: Loop, iterable: string, recursion: string | undefined): void {
    const { node, frame, elseFrame, ref, filter } = loop;
    const source = filter === undefined ? iterable : `${this.use('generator')}(${filter}(${iterable}))`;
    const missed = node.else_.length > 0 ? this.temporary() : undefined;
    if (missed !== undefined) this._emitLine(`${missed} = true;`);
    const item = this._tmpid();
    if (ref === undefined) this._emitLine(`for (const ${item} of ${this.use('each')}(${source})) {`);
    else {
      const context = this._tmpid();
      const more = recursion === undefined ? '' : `, ${recursion}`;
      this._emitLine(`${this.declare(ref)} = undefined;`);
      this._emitLine(`const ${context} = new ${this.use('LoopContext')}(${source}${more});`);
      this._emitLine(
        `for (let ${item} = ${context}.advance(); ${item} !== undefined; ${item} = ${context}.advance()) {`,
      );
      this._emitLine(`${ref} = ${context};`);
    }
    this.store(node.target, item, frame);
    this.enterFrame(frame);
    this.body(node.body, frame);
    if (missed !== undefined) this._emitLine(`${missed} = false;`);
    // The next item comes from the line of the loop again.
    this._emitLine(`line = ${node.lineno};`);
    this._emitLine('}');
    if (!node.recursive || missed !== undefined) this.leaveFrame(frame);
    if (missed === undefined) return;
    this._emitLine(`if (${missed}) {`);
    this.enterFrame(elseFrame);
    this.body(node.else_, elseFrame);
    this.leaveFrame(elseFrame);
    this._emitLine('}');
  }

  compileAutoescape(node: nodes.AutoescapeNode, frame: Frame): void {
    const { evaluation } = frame;
    const before = { ...evaluation };
    const kept = this.temporary();
    this.keepLine();
    this._emitLine(`${kept} = context.changeAutoescape(${this.code(node.value, frame)});`);
    try {
      evaluation.autoescape = truthy(
        new ConstantEvaluator(this.environment, evaluation).evaluate(node.value),
      );
    } catch (error) {
      if (error !== NOT_CONSTANT) throw error;
      evaluation.volatile = true;
    }
    this.body(node.body, frame);
    Object.assign(evaluation, before);
    this._emitLine(`context.revertAutoescape(${kept});`);
  }
}
