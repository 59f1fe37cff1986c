/** What takes templates apart, and needs nunjucks for it: `loadCompiler` gives this module, and nothing else loads it. */
import { compileToCode } from './compile/compile.ts';
import { findBlocks, findReferences } from './compile/references.ts';
import { installCompiler } from './environment.ts';

installCompiler({ compile: compileToCode, findReferences });

export type { TemplateBlocks, TemplateReference } from './compile/references.ts';
export { precompile } from './precompile.ts';
export { compileToCode, findBlocks, findReferences };
