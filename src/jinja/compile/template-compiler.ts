import { repr } from '../runtime/repr.ts';
import type * as nodes from '../syntax/nodes.ts';
import { descendants } from '../syntax/walk.ts';
import { literal, objectKey } from './code-writer.ts';
import { type EvaluationState, Frame } from './frame.ts';
import { LoopCompiler } from './loop-compiler.ts';
import { analyzeScope } from './symbol-analysis.ts';

/** Writes a whole template: its root, its blocks, and what ties it to other templates. */
export class TemplateCompiler extends LoopCompiler {
  private declare blocks: Map<string, nodes.BlockNode>;
  private declare extendsSoFar: number;

  override init(templateName: string | null, throwOnUndefined: boolean): void {
    super.init(templateName, throwOnUndefined);
    this.blocks = new Map();
    this.extendsSoFar = 0;
  }

  /** The body of a function of `runtime` and `template` that returns a CompiledTemplate. */
  compileTemplate(tree: nodes.TemplateNode): string {
    const evaluation = { autoescape: this.environment.autoescape, volatile: false };
    let extending = false;
    for (const node of descendants(tree)) {
      if (node.typename === 'Name') this.names.add(node.name);
      else if (node.typename === 'Block') this.#note(node);
      else if (node.typename === 'Extends') extending = true;
    }
    this.#writeRoot(tree, evaluation, extending);
    for (const block of this.blocks.values()) this.#writeBlock(block, evaluation);
    const table = Array.from(this.blocks.keys(), name => `${objectKey(name)}: block_${name}`).join(', ');
    return `'use strict';\n${this.preamble()}${this.getCode()}return { root, blocks: { ${table} } };\n`;
  }

  #note(block: nodes.BlockNode): void {
    if (this.blocks.has(block.name)) this.error(`block ${repr(block.name)} defined twice`, block.lineno);
    this.blocks.set(block.name, block);
    if (block.scoped) this.hasScopedBlocks = true;
  }

  #writeRoot(tree: nodes.TemplateNode, evaluation: EvaluationState, extending: boolean): void {
    const frame = new Frame(evaluation);
    this.writeLocatedFunction(
      'function root(context) {',
      [],
      () => {
        this._emitLine("let output = '';");
        if (extending) this._emitLine('let parent = null;');
        this.#writeSelf(tree.body, frame);
        analyzeScope(frame.symbols, tree);
        frame.toplevel = true;
        frame.rootlevel = true;
        frame.requireOutputCheck = extending;
        this.enterFrame(frame);
        this.body(tree.body, frame);
      },
      () => {
        if (!extending) return 'output';
        return this.hasKnownExtends
          ? 'output + parent.root(context)'
          : 'parent === null ? output : output + parent.root(context)';
      },
    );
  }

  #writeSelf(body: readonly nodes.Statement[], frame: Frame): void {
    if (!this.reads(body, 'self')) return;
    const ref = this.declare(frame.symbols.declareParameter('self'));
    this._emitLine(`${ref} = new ${this.use('TemplateReference')}(context);`);
  }

  #writeBlock(block: nodes.BlockNode, evaluation: EvaluationState): void {
    const frame = new Frame(evaluation);
    frame.blockFrame = true;
    this.writeLocatedFunction(
      `function block_${block.name}(context) {`,
      [],
      () => {
        this.mark(block);
        this._emitLine("let output = '';");
        this.#writeSelf(block.body, frame);
        if (this.reads(block.body, 'super')) {
          const ref = this.declare(frame.symbols.declareParameter('super'));
          this._emitLine(
            `${ref} = ${this.use('superOf')}(context, ${literal(block.name)}, block_${block.name});`,
          );
        }
        analyzeScope(frame.symbols, block);
        this.enterFrame(frame);
        this.body(block.body, frame);
      },
      () => 'output',
    );
  }

  compileBlock(node: nodes.BlockNode, frame: Frame): void {
    if (frame.toplevel && this.hasKnownExtends) return;
    const guarded = frame.toplevel && this.extendsSoFar > 0;
    if (guarded) this._emitLine('if (parent === null) {');
    this.mark(node);
    if (node.required) this._emitLine(`${this.use('requireBlock')}(context, ${literal(node.name)});`);
    const context = node.scoped ? `context.derived(${this.localsCode(frame)})` : 'context';
    this.print(frame, `context.renderBlock(${literal(node.name)}, ${context})`);
    if (guarded) this._emitLine('}');
  }

  compileExtends(node: nodes.ExtendsNode, frame: Frame): void {
    if (!frame.toplevel) this.error('cannot use extend from a non top-level scope', node.lineno);
    if (this.extendsSoFar > 0) {
      this.keepLine();
      const failure = `${this.use('raise')}('TemplateRuntimeError', 'extended multiple times');`;
      if (this.hasKnownExtends) {
        this._emitLine(failure);
        this.isUnreachable = true;
        return;
      }
      this._emitLine(`if (parent !== null) ${failure}`);
    }
    this.mark(node);
    this._emitLine(`parent = context.environment.getTemplate(${this.code(node.template, frame)});`);
    this._emitLine('context.addBlocks(parent.blocks);');
    if (frame.rootlevel) this.hasKnownExtends = true;
    this.extendsSoFar += 1;
  }

  compileInclude(node: nodes.IncludeNode, frame: Frame): void {
    this.mark(node);
    const find = `context.environment.${finderOf(node.template)}(${this.code(node.template, frame)})`;
    const locals = node.withContext ? this.localsCode(frame) : 'null';
    // Without context Jinja2 prints past the set or filter block that the include stands in.
    const buffer = !node.withContext && this.inPlainFunction ? 'output' : frame.buffer;
    if (!node.ignoreMissing) {
      this._emitLine(`${buffer} += ${this.use('include')}(context, ${find}, ${locals});`);
      return;
    }
    const found = this.temporary();
    this._emitLine(`${found} = ${this.use('findIncluded')}(() => ${find});`);
    this._emitLine(
      `if (${found} !== null) ${buffer} += ${this.use('include')}(context, ${found}, ${locals});`,
    );
  }

  #moduleCode(node: nodes.ImportNode | nodes.FromImportNode, frame: Frame): string {
    const template = `context.environment.getTemplate(${this.code(node.template, frame)})`;
    const locals = node.withContext ? this.localsCode(frame) : 'null';
    return `${this.use('importModule')}(context, ${template}, ${locals})`;
  }

  compileImport(node: nodes.ImportNode, frame: Frame): void {
    this.mark(node);
    const ref = this.declare(frame.symbols.ref(node.target));
    this._emitLine(`${ref} = ${this.#moduleCode(node, frame)};`);
    this.publishImported([node.target], frame);
  }

  compileFromImport(node: nodes.FromImportNode, frame: Frame): void {
    this.mark(node);
    const module = this.temporary();
    this._emitLine(`${module} = ${this.#moduleCode(node, frame)};`);
    for (const { name, alias } of node.names) {
      const ref = this.declare(frame.symbols.ref(alias));
      const position = literal(this.position(node));
      this._emitLine(`${ref} = ${this.use('importedName')}(${module}, ${literal(name)}, ${position});`);
    }
    this.publishImported(
      node.names.map(({ alias }) => alias),
      frame,
    );
  }
}

/** One template or several, by what is known of the expression. */
function finderOf(template: nodes.Expression): string {
  if (template.typename === 'Tuple' || template.typename === 'List') return 'selectTemplate';
  return template.typename === 'Const' && typeof template.value === 'string'
    ? 'getTemplate'
    : 'getOrSelectTemplate';
}
