import type { Filter } from '../context.ts';
import { MARKUP_FILTERS } from './markup.ts';
import { NUMERIC_FILTERS } from './numeric.ts';
import { SELECTION_FILTERS } from './selection.ts';
import { SEQUENCE_FILTERS } from './sequences.ts';
import { TEXT_FILTERS } from './texts.ts';

const FILTERS = Object.entries({
  ...TEXT_FILTERS,
  ...SEQUENCE_FILTERS,
  ...SELECTION_FILTERS,
  ...NUMERIC_FILTERS,
  ...MARKUP_FILTERS,
});

/** Jinja2's filters, by name; a new Map, so that an environment may add its own. */
export function defaultFilters(): Map<string, Filter> {
  return new Map(FILTERS);
}
