import { raise } from '../errors.ts';
import { spend } from './budget.ts';
import { formatFloat } from './float-text.ts';
import { toList } from './iteration.ts';
import { integerText, repr } from './repr.ts';
import { indexOf, textOf, typeName } from './types.ts';
import { Dict, Float, Tuple, type Value } from './values.ts';

/** Python's `json.dumps(value, sort_keys=True, indent=…)`. */
export function toJson(value: Value, indent: Value): string {
  const step = indent === null ? null : (textOf(indent) ?? ' '.repeat(Math.max(0, indexOf(indent))));
  return dump(value, step, '', new Set());
}

function dump(value: Value, step: string | null, margin: string, open: Set<unknown>): string {
  spend(1);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return integerText(value);
  const text = textOf(value);
  if (text !== undefined) return jsonString(text);
  if (value instanceof Float) return jsonFloat(value.value);
  if (!(value instanceof Dict) && !(value instanceof Tuple) && !Array.isArray(value)) {
    return raise('TypeError', `Object of type ${typeName(value)} is not JSON serializable`);
  }
  if (open.has(value)) return raise('ValueError', 'Circular reference detected');
  open.add(value);
  const inner = step === null ? '' : margin + step;
  const parts =
    value instanceof Dict
      ? dictParts(value, item => dump(item, step, inner, open))
      : toList(value).map(item => dump(item, step, inner, open));
  open.delete(value);
  const [left, right] = value instanceof Dict ? ['{', '}'] : ['[', ']'];
  if (parts.length === 0) return left + right;
  if (step === null) return left + parts.join(', ') + right;
  return `${left}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${right}`;
}

function dictParts(dict: Dict, dumpItem: (item: Value) => string): string[] {
  const keys = Array.from(dict.pairs(), ([key]) => key);
  const kinds = new Set(
    keys.map(key => (textOf(key) !== undefined ? 'str' : key === null ? 'None' : 'number')),
  );
  if (kinds.size > 1 || (kinds.has('None') && keys.length > 1)) {
    return raise('TypeError', "'<' not supported between instances of keys of different types");
  }
  const ordered = keys.slice().sort(byKey);
  return ordered.map(key => `${jsonString(keyText(key))}: ${dumpItem(dict.get(key) ?? null)}`);
}

function byKey(left: Value, right: Value): number {
  const [a, b] = [textOf(left), textOf(right)];
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [numeric(left), numeric(right)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function numeric(value: Value): number {
  return value instanceof Float ? value.value : Number(value);
}

function keyText(key: Value): string {
  const text = textOf(key);
  if (text !== undefined) return text;
  if (key === null || typeof key === 'boolean') return JSON.stringify(key);
  if (key instanceof Float) return jsonFloat(key.value);
  if (typeof key === 'number' || typeof key === 'bigint') return repr(key);
  return raise('TypeError', `keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity';
  return formatFloat(value);
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
