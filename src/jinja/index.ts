/**
 * The Jinja2 dialect: renders templates as Python's Jinja2 3.1.2 does. With this module comes the compiler;
 * `environment.ts` alone does for templates that were compiled at build time.
 */
import './compile/install.ts';

export type { TemplateReference } from './compile/references.ts';
export type { CompiledTemplate, Precompiled, PrecompiledTemplate, TemplateFactory } from './compiled.ts';
export { Environment, type EnvironmentOptions } from './environment.ts';
export { JinjaError, raise } from './errors.ts';
export {
  HostObject,
  hostFunction,
  type KeywordArguments,
  type Parameter,
  type Value,
  variadicHostFunction,
} from './host.ts';
export { fromJson, toValue } from './json.ts';
export { JinjaLoader } from './loader.ts';
export { Dict } from './runtime/dict.ts';
export { defineFilter, type Filter } from './runtime/filter-types.ts';
export { each, toList, truthy } from './runtime/iteration.ts';
export { pythonPercent } from './runtime/percent-format.ts';
export { repr, str } from './runtime/repr.ts';
export { PythonSet } from './runtime/set.ts';
export { Float, Markup, Tuple, Undefined } from './runtime/values.ts';
export { Template } from './template.ts';
