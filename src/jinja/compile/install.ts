import { installCompiler } from '../environment.ts';
import { compileTemplate } from './compile.ts';
import { findReferences } from './references.ts';

// Whoever imports this module has the compiler, and nunjucks with it.
installCompiler({ compile: compileTemplate, findReferences });
