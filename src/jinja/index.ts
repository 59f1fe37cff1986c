/**
 * The Jinja2 dialect: renders templates as Python's Jinja2 3.1.6 does. All that others use of it is named here and, for what
 * needs nunjucks, in compiler.ts, which `loadCompiler` gives. Until it has been called, only templates that were compiled
 * before can be rendered.
 */
export type { CompiledTemplate, Precompiled, PrecompiledTemplate, TemplateFactory } from './compiled.ts';
export { CompilerMissing, Environment, type EnvironmentOptions } from './environment.ts';
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
export { loadCompiler, renderLazily } from './lazily.ts';
export { attributeOf } from './runtime/attributes.ts';
export type { Filter } from './runtime/context.ts';
export { equals } from './runtime/equality.ts';
export { defineFilter } from './runtime/filter-types.ts';
export { each, toList, truthy } from './runtime/iteration.ts';
export { Iteration } from './runtime/iterator.ts';
export { pythonPercent } from './runtime/percent-format.ts';
export { repr, str } from './runtime/repr.ts';
export { PythonSet } from './runtime/set.ts';
export { Undefined } from './runtime/undefined.ts';
export { Dict, Float, Markup, PlainTuple, Tuple } from './runtime/values.ts';
export { Template } from './template.ts';
