import type { Context, RenderEnvironment } from './context.ts';
import { bindArguments, type Parameter, type Parameters, parameters } from './functions.ts';
import type { KeywordArguments, Value } from './object.ts';

/** What a filter or test may know of where it is used; `context` is missing while constants are folded. */
export interface FilterState {
  readonly environment: RenderEnvironment;
  readonly autoescape: boolean;
  readonly context: Context | null;
}

/** A filter: the value comes first, then the arguments in the order of the parameters. */
export interface Filter {
  readonly parameters: Parameters;
  /** Filters that need the context are not folded into constants. */
  readonly needsContext: boolean;
  run(state: FilterState, ...args: Value[]): Value;
  /** For those that take any arguments. */
  readonly free?: (state: FilterState, args: Value[], keywords: KeywordArguments) => Value;
}

export type Test = Filter;

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
