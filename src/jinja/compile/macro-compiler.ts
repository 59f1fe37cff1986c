import type * as nodes from '../syntax/nodes.ts';
import { findUndeclared } from '../syntax/walk.ts';
import { AssignmentCompiler } from './assignment-compiler.ts';
import { literal, objectKey } from './code-writer.ts';
import type { Frame } from './frame.ts';
import { analyzeScope } from './symbol-analysis.ts';

type MacroLike = nodes.MacroNode | nodes.CallBlockNode;

const SPECIAL = ['caller', 'kwargs', 'varargs'] as const;

/** Writes macros, call blocks and filter blocks. */
export abstract class MacroCompiler extends AssignmentCompiler {
  compileMacro(node: nodes.MacroNode, frame: Frame): void {
    const ref = this.declare(frame.symbols.ref(node.name));
    const code = this.#macroCode(node, node.name, frame);
    this.keepLine();
    this._emitLine(`${ref} = ${code};`);
    if (!frame.toplevel) return;
    if (!node.name.startsWith('_')) this._emitLine(`context.exported.add(${literal(node.name)});`);
    this._emitLine(`context.vars.set(${literal(node.name)}, ${ref});`);
  }

  compileCallBlock(node: nodes.CallBlockNode, frame: Frame): void {
    const caller = this.temporary();
    const code = this.#macroCode(node, undefined, frame);
    this.keepLine();
    this._emitLine(`${caller} = ${code};`);
    this.mark(node);
    this.print(frame, `${this.use('textOnly')}(${this.#callBlockCode(node, frame, caller)})`);
  }

  // The parts of the call are worked out as constants like those of any other call.
  #callBlockCode(node: nodes.CallBlockNode, frame: Frame, caller: string): string {
    this.code(node.call, frame);
    return this.callCode(node.call, frame, caller);
  }

  compileFilterBlock(node: nodes.FilterBlockNode, frame: Frame): void {
    const inner = frame.inner();
    analyzeScope(inner.symbols, node);
    this.enterFrame(inner);
    this.startBuffer(inner);
    this.body(node.body, inner);
    this.mark(node);
    this.print(frame, `${this.use('textOnly')}(${this.code(node.filter, inner)})`);
    this.leaveFrame(inner);
  }

  /** A macro as a value. */
  #macroCode(node: MacroLike, name: string | undefined, outer: Frame): string {
    const frame = outer.inner();
    analyzeScope(frame.symbols, node);
    const parameters = node.args.map(arg => frame.symbols.ref(arg.name));
    this.#refuseRepeatedParameters(node);
    const used = this.#specialParameters(node);
    for (const special of SPECIAL) {
      const explicit = node.args.some(arg => arg.name === special);
      if (used.has(special) && !explicit) parameters.push(frame.symbols.declareParameter(special));
    }
    frame.requireOutputCheck = false;
    analyzeScope(frame.symbols, node);
    const body = this.capture(() => this.#writeMacroBody(node, frame, parameters));
    const names = node.args.map(arg => literal(arg.name)).join(', ');
    const traits = SPECIAL.map(special => `${special}: ${used.has(special)}`).join(', ');
    const title = name === undefined ? 'null' : literal(name);
    return `new ${this.use('Macro')}(context.autoescape, ${body}, ${title}, [${names}], { ${traits} })`;
  }

  #specialParameters(node: MacroLike): Set<string> {
    const used = findUndeclared(node.body, SPECIAL);
    const caller = node.args.findIndex(arg => arg.name === 'caller');
    if (used.has('caller') && caller >= 0 && caller < node.args.length - node.defaults.length) {
      this.error(
        'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
        node.lineno,
      );
    }
    for (const special of ['kwargs', 'varargs']) {
      if (node.args.some(arg => arg.name === special)) used.delete(special);
    }
    return used;
  }

  #refuseRepeatedParameters(node: MacroLike): void {
    const names = node.args.map(arg => arg.name);
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated === undefined) return;
    this.error(`duplicate argument '${repeated}' in function definition`, node.lineno, 'SyntaxError');
  }

  #writeMacroBody(node: MacroLike, frame: Frame, parameters: string[]): void {
    const wasPlain = this.inPlainFunction;
    this.inPlainFunction = false;
    this.writeLocatedFunction(
      `(${parameters.join(', ')}) => {`,
      parameters,
      () => {
        this.mark(node);
        this.startBuffer(frame);
        this.enterFrame(frame);
        this.#writeDefaults(node, frame);
        this.body(node.body, frame);
        this.inPlainFunction = wasPlain;
      },
      () => frame.buffer,
    );
  }

  #writeDefaults(node: MacroLike, frame: Frame): void {
    this.openParameters.push(frame.symbols.parameterTargets());
    for (const [index, arg] of node.args.entries()) {
      const ref = frame.symbols.ref(arg.name);
      const otherwise = node.defaults[index - (node.args.length - node.defaults.length)];
      const code =
        otherwise === undefined
          ? `${this.use('missingParameter')}(${literal(arg.name)})`
          : this.code(otherwise, frame);
      this._emitLine(`if (${ref} === undefined) ${ref} = ${code};`);
      this.openParameters.at(-1)?.delete(ref);
    }
    this.openParameters.pop();
  }

  /** The names that an import gives, made visible at the top level. */
  protected publishImported(names: readonly string[], frame: Frame): void {
    if (!frame.toplevel || names.length === 0) return;
    const pairs = names.map(name => `${objectKey(name)}: ${frame.symbols.ref(name)}`);
    this._emitLine(`context.assignImported({ ${pairs.join(', ')} });`);
  }
}
