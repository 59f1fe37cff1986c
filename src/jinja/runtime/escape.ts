import { spendText } from './budget.ts';
import { str } from './repr.ts';
import { Markup, PythonObject, type Value } from './values.ts';

const SPECIAL = /[&<>"']/g;
const ANY_SPECIAL = /[&<>"']/;
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** The five characters as entities, the way markupsafe writes them. */
export function escapeText(text: string): string {
  if (!ANY_SPECIAL.test(text)) return text;
  spendText(text.length);
  return text.replace(SPECIAL, character => ENTITIES[character] ?? character);
}

/** The text of `escapeValue(value)`: Markup as it is, everything else through str() and escaped. */
export function markupOf(value: Value): string {
  if (typeof value === 'string') return escapeText(value);
  if (value instanceof Markup) return value.value;
  if (typeof value === 'number') return String(value);
  return isMarkup(value) ? str(value) : escapeText(str(value));
}

/** Whether a value has Python's `__html__`. */
export function isMarkup(value: Value): boolean {
  return value instanceof Markup || (value instanceof PythonObject && value.isMarkup);
}

/** markupsafe's `escape`. */
export function escapeValue(value: Value): Markup {
  return value instanceof Markup ? value : new Markup(markupOf(value));
}

/** markupsafe's `soft_str`: strings of either kind as they are. */
export function softText(value: Value): string | Markup {
  if (typeof value === 'string' || value instanceof Markup) return value;
  return str(value);
}

/** A text of the same kind as `like`. */
export function sameKind(like: string | Markup, text: string): string | Markup {
  return like instanceof Markup ? new Markup(text) : text;
}
