import { isTemplateNotFound, JinjaError, raise } from '../errors.ts';
import { spendText } from './budget.ts';
import type { Context, Filter, FilterState, Locals, RenderTemplate } from './context.ts';
import { isMarkup, markupOf } from './escape.ts';
import { applyFilter } from './filter-types.ts';
import { each, toList } from './iteration.ts';
import { Macro } from './macro.ts';
import { TemplateModule } from './module.ts';
import { repr, str } from './repr.ts';
import { subscript } from './subscript.ts';
import { textOf, typeName } from './types.ts';
import { Undefined } from './undefined.ts';
import { Dict, type KeywordArguments, Markup, PythonObject, type Value } from './values.ts';

/** A call in a template. */
export function call(context: Context, callee: Value, args: Value[], keywords: KeywordArguments): Value {
  if (callee instanceof Macro) return callee.callWith(context.autoescape, args, keywords);
  if (callee instanceof PythonObject) return callee.call(args, keywords);
  return raise('TypeError', `'${typeName(callee)}' object is not callable`);
}

/** Appends what `*args` holds. */
export function spread(args: Value[], more: Value): Value[] {
  args.push(...toList(more));
  return args;
}

/** Keyword arguments from pairs, and from what `**kwargs` holds. */
export function keywords(pairs: [string, Value][], more?: Value): KeywordArguments {
  const result = new Map<string, Value>(pairs);
  if (more === undefined) return result;
  if (!(more instanceof Dict) && !(more instanceof PythonObject && more.isMapping)) {
    return raise('TypeError', `argument after ** must be a mapping, not ${typeName(more)}`);
  }
  for (const key of each(more)) {
    const name = textOf(key);
    if (name === undefined) return raise('TypeError', 'keywords must be strings');
    if (result.has(name)) return raise('TypeError', `got multiple values for keyword argument ${repr(name)}`);
    result.set(name, subscript(more, key));
  }
  return result;
}

/** Applies a filter of the environment; an unknown one fails only here, when it is reached. */
export function filterNamed(state: FilterState, name: string, args: Value[], named: KeywordArguments): Value {
  const filter = state.environment.filters.get(name);
  return filter === undefined
    ? unknown('filter', name, named)
    : applyFilter(name, filter, state, args, named);
}

/** Applies a test of the environment. */
export function testNamed(state: FilterState, name: string, args: Value[], named: KeywordArguments): Value {
  const test: Filter | undefined = state.environment.tests.get(name);
  return test === undefined ? unknown('test', name, named) : applyFilter(name, test, state, args, named);
}

// Jinja2 puts a function in its place that takes any arguments but named ones.
function unknown(kind: string, name: string, named: KeywordArguments): never {
  for (const keyword of named?.keys() ?? []) {
    raise('TypeError', `the ${kind} ${name}() got an unexpected keyword argument ${repr(keyword)}`);
  }
  return raise('TemplateRuntimeError', `No ${kind} named ${repr(name)} found.`);
}

/** `a ~ b ~ …` with autoescape on: safe as soon as one part is. */
export function joinMarkup(parts: Value[]): Value {
  const index = parts.findIndex(isMarkup);
  if (index < 0) return joinPlain(parts);
  // What comes before the first safe part has been made text by then, and is escaped as such.
  const text = parts.map(markupOf).join('');
  spendText(text.length);
  return new Markup(text);
}

/** `a ~ b ~ …` with autoescape off. */
export function joinPlain(parts: Value[]): string {
  const text = parts.map(str).join('');
  spendText(text.length);
  return text;
}

/** What is printed where autoescape is not known before. */
export function print(context: Context, value: Value): string {
  return context.autoescape ? markupOf(value) : str(value);
}

/** The text of a set block, a filter block or a call. */
export function captured(autoescape: boolean, value: Value): Value {
  if (!autoescape) return value;
  return value instanceof Markup ? value : new Markup(str(value));
}

/** Text that a call or filter block gives: it is printed as it is, and nothing but text can be. */
export function textOnly(value: Value): string {
  const text = textOf(value);
  return text ?? raise('TypeError', `sequence item 0: expected str instance, ${typeName(value)} found`);
}

/** The text of an included template. */
export function include(context: Context, template: RenderTemplate, locals: Locals | null): string {
  if (locals === null) return template.defaultBody();
  return template.root(template.newContext(context.all(), locals));
}

/** The template to include, null if it is missing and may be. */
export function findIncluded(find: () => RenderTemplate): RenderTemplate | null {
  try {
    return find();
  } catch (error) {
    if (isTemplateNotFound(error)) return null;
    throw error;
  }
}

/** The module that an import gives. */
export function importModule(context: Context, template: RenderTemplate, locals: Locals | null): Value {
  return locals === null ? template.defaultModule(context) : template.makeModule(context.all(), locals);
}

/** A name taken out of a module by `{% from … import … %}`. */
export function importedName(module: Value, name: string, position: string): Value {
  if (!(module instanceof TemplateModule)) return raise('TypeError', 'not a template module');
  const value = name === '_body_stream' ? undefined : module.attribute(name);
  if (value !== undefined) return value;
  return new Undefined(
    () =>
      `the template ${repr(module.name)} (imported on ${position}) does not export the requested name ${repr(name)}`,
  );
}

/** Fails when a block that a child must define is not defined. */
export function requireBlock(context: Context, name: string): void {
  if ((context.blocks.get(name)?.length ?? 0) <= 1) {
    raise('TemplateRuntimeError', `Required block ${repr(name)} not found`);
  }
}

/** The Undefined of an inline if without else. */
export function missingElse(position: string): Undefined {
  return new Undefined(
    () => `the inline if-expression on ${position} evaluated to false and no else section was defined.`,
    false,
  );
}

/** The Undefined of a macro's parameter that was not given. */
export function missingParameter(name: string): Undefined {
  return new Undefined(() => `parameter ${repr(name)} was not provided`);
}

/** Marks where in a template an error came from, and makes JavaScript's own limits errors of the template. */
export function located(
  error: unknown,
  template: { locate(error: JinjaError, line: number): void },
  line: number,
): unknown {
  const own = error instanceof JinjaError ? error : fromEngine(error);
  if (own === null) return error;
  template.locate(own, line);
  return own;
}

// No regular expressions: there may be too little stack left to compile one.
function fromEngine(error: unknown): JinjaError | null {
  // The renderer's engine has a class of its own for what it has no memory for.
  if (!(error instanceof RangeError) && !(error instanceof Error && error.name === 'InternalError'))
    return null;
  const { message } = error;
  if (message.includes('call stack')) {
    return new JinjaError(
      'RecursionError',
      'maximum recursion depth exceeded: a macro, block or include calls itself',
    );
  }
  return ENGINE_LIMITS.some(limit => message.includes(limit))
    ? new JinjaError('MemoryError', 'the value is too large')
    : null;
}

const ENGINE_LIMITS = [
  'string length',
  'string too long',
  'ut of memory',
  'array length',
  'Array too long',
  'BigInt',
];
