import type { Filter, FilterState } from './context.ts';
import { bindArguments, type Parameter, parameters } from './functions.ts';
import type { KeywordArguments, Value } from './values.ts';

/** A filter or test with named parameters, the value's among them. */
export function defineFilter(
  list: readonly Parameter[],
  run: (state: FilterState, ...args: Value[]) => Value,
  options: { keywords?: boolean; needsContext?: boolean } = {},
): Filter {
  const { keywords = true, needsContext = false } = options;
  return { parameters: parameters(list, { keywords }), needsContext, run };
}

/** A filter that takes its arguments as they come. */
export function defineFreeFilter(
  free: (state: FilterState, args: Value[], keywords: KeywordArguments) => Value,
  needsContext = false,
): Filter {
  return { parameters: parameters([]), needsContext, run: () => null, free };
}

/** Calls a filter or test; `args` begin with the value. */
export function applyFilter(
  name: string,
  filter: Filter,
  state: FilterState,
  args: Value[],
  keywords: KeywordArguments,
): Value {
  if (filter.free !== undefined) return filter.free(state, args, keywords);
  return filter.run(state, ...bindArguments(name, filter.parameters, args, keywords));
}
