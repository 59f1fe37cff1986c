import { raise } from '../../errors.ts';
import type { Filter, FilterState } from '../context.ts';
import { applyFilter, defineFreeFilter } from '../filter-types.ts';
import { each, generator, truthy } from '../iteration.ts';
import { repr } from '../repr.ts';
import { textOf } from '../types.ts';
import { Undefined } from '../undefined.ts';
import type { KeywordArguments, Value } from '../values.ts';
import { attributeGetter } from './attribute-path.ts';

function lookUp(table: ReadonlyMap<string, Filter>, kind: string, name: Value): Filter {
  if (name instanceof Undefined && name.strict) return name.fail();
  const text = textOf(name);
  const found = text === undefined ? undefined : table.get(text);
  if (found !== undefined) return found;
  const hint =
    name instanceof Undefined ? ` (${name.describe()}; did you forget to quote the callable name?)` : '';
  return raise('TemplateRuntimeError', `No ${kind} named ${repr(name)}.${hint}`);
}

function mapper(state: FilterState, args: Value[], keywords: KeywordArguments): (item: Value) => Value {
  const [name, ...rest] = args;
  if (name === undefined && keywords?.has('attribute')) {
    const { attribute, otherwise } = attributeArguments(keywords);
    return attributeGetter(attribute, undefined, otherwise);
  }
  if (name === undefined) return raise('FilterArgumentError', 'map requires a filter argument');
  return item => {
    const filter = lookUp(state.environment.filters, 'filter', name);
    return applyFilter(String(textOf(name)), filter, state, [item, ...rest], keywords);
  };
}

function attributeArguments(keywords: Map<string, Value>): { attribute: Value; otherwise: Value } {
  for (const name of keywords.keys()) {
    if (name !== 'attribute' && name !== 'default') {
      return raise('FilterArgumentError', `Unexpected keyword argument ${repr(name)}`);
    }
  }
  return { attribute: keywords.get('attribute') ?? null, otherwise: keywords.get('default') ?? null };
}

function* mapped(
  state: FilterState,
  value: Value,
  args: Value[],
  keywords: KeywordArguments,
): Generator<Value> {
  if (!truthy(value)) return;
  const map = mapper(state, args, keywords);
  for (const item of each(value)) yield map(item);
}

function chooser(
  state: FilterState,
  args: Value[],
  keywords: KeywordArguments,
  byAttribute: boolean,
): (item: Value) => boolean {
  const [attribute] = args;
  if (byAttribute && attribute === undefined) {
    return raise('FilterArgumentError', 'Missing parameter for attribute name');
  }
  const get = byAttribute && attribute !== undefined ? attributeGetter(attribute) : (item: Value) => item;
  const [name, ...rest] = byAttribute ? args.slice(1) : args;
  if (name === undefined) return item => truthy(get(item));
  return item => {
    const value = get(item);
    const test = lookUp(state.environment.tests, 'test', name);
    return truthy(applyFilter(String(textOf(name)), test, state, [value, ...rest], keywords));
  };
}

function* chosen(value: Value, choose: () => (item: Value) => boolean, wanted: boolean): Generator<Value> {
  if (!truthy(value)) return;
  const isChosen = choose();
  for (const item of each(value)) if (isChosen(item) === wanted) yield item;
}

function selection(wanted: boolean, byAttribute: boolean): Filter {
  return defineFreeFilter((state, args, keywords) => {
    const [value, ...rest] = args;
    if (value === undefined) return raise('TypeError', 'missing required argument: value');
    return generator(chosen(value, () => chooser(state, rest, keywords, byAttribute), wanted));
  }, true);
}

export const SELECTION_FILTERS: Record<string, Filter> = {
  map: defineFreeFilter((state, args, keywords) => {
    const [value, ...rest] = args;
    if (value === undefined) return raise('TypeError', 'missing required argument: value');
    return generator(mapped(state, value, rest, keywords));
  }, true),
  select: selection(true, false),
  reject: selection(false, false),
  selectattr: selection(true, true),
  rejectattr: selection(false, true),
};
