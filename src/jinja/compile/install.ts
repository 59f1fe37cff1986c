import { installCompiler } from '../environment.ts';
import { compileToCode } from './compile.ts';
import { findReferences } from './references.ts';

// Whoever imports this module has the compiler, and nunjucks with it.
installCompiler({ compile: compileToCode, findReferences });
