import { spend } from '../budget.ts';
import { compare } from '../equality.ts';
import { quote, repr } from '../repr.ts';
import { splitLines } from '../text.ts';
import { typeName } from '../types.ts';
import { Dict, Tuple, type Value } from '../values.ts';

const WIDTH = 80;

/** Python's `pprint.pformat(value)`: one line if it fits, else an item a line; dicts sorted by key. */
export function prettyPrint(value: Value): string {
  return print(value, 0, 0);
}

function print(value: Value, indent: number, allowance: number): string {
  spend(1);
  const flat = printFlat(value);
  if (flat.length <= WIDTH - indent - allowance) return flat;
  if (value instanceof Dict && value.size > 0) return printDict(value, indent, allowance);
  if (Array.isArray(value) && value.length > 0) return `[${printItems(value, indent + 1, allowance + 1)}]`;
  if (value instanceof Tuple && value.items.length > 0 && value.names === null) {
    const end = value.items.length === 1 ? ',)' : ')';
    return `(${printItems(value.items, indent + 1, allowance + end.length)}${end}`;
  }
  if (typeof value === 'string' && value !== '') return printText(value, indent, allowance);
  return flat;
}

/** A repr with every dict sorted. */
function printFlat(value: Value): string {
  spend(1);
  if (value instanceof Dict) {
    return `{${sortedPairs(value)
      .map(([key, item]) => `${printFlat(key)}: ${printFlat(item)}`)
      .join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(printFlat).join(', ')}]`;
  if (value instanceof Tuple && value.names === null) {
    return `(${value.items.map(printFlat).join(', ')}${value.items.length === 1 ? ',' : ''})`;
  }
  return repr(value);
}

function sortedPairs(dict: Dict): [Value, Value][] {
  return Array.from(dict.pairs()).sort(([left], [right]) =>
    isLess(left, right) ? -1 : isLess(right, left) ? 1 : 0,
  );
}

// Keys without an order among them go by the names of their types.
function isLess(left: Value, right: Value): boolean {
  try {
    return compare(left, '<', right);
  } catch {
    return typeName(left) < typeName(right);
  }
}

function printDict(dict: Dict, indent: number, allowance: number): string {
  const pairs = sortedPairs(dict);
  const lines = pairs.map(([key, item], index) => {
    const name = printFlat(key);
    const after = index === pairs.length - 1 ? allowance + 1 : 1;
    return `${name}: ${print(item, indent + 1 + name.length + 2, after)}`;
  });
  return `{${lines.join(`,\n${' '.repeat(indent + 1)}`)}}`;
}

function printItems(items: readonly Value[], indent: number, allowance: number): string {
  return items
    .map((item, index) => print(item, indent, index === items.length - 1 ? allowance : 1))
    .join(`,\n${' '.repeat(indent)}`);
}

// Long texts become several literals: at line ends first, then between words.
function printText(text: string, indent: number, allowance: number): string {
  const lines = splitLines(text, true);
  const atTop = indent === 0 && allowance === 0;
  const inner = atTop ? indent + 1 : indent;
  const room = WIDTH - inner;
  const pieces: string[] = [];
  lines.forEach((line, index) => {
    const last = index === lines.length - 1;
    const space = last ? room - (atTop ? allowance + 1 : allowance) : room;
    pieces.push(
      ...(quote(line).length <= space ? [quote(line)] : breakLine(line, room, last ? room - space : 0)),
    );
  });
  if (pieces.length === 1) return pieces[0] ?? '';
  const joined = pieces.join(`\n${' '.repeat(inner)}`);
  return atTop ? `(${joined})` : joined;
}

function breakLine(line: string, room: number, allowance: number): string[] {
  const words = line.match(/\S*\s*/g)?.filter(word => word !== '') ?? [];
  const pieces: string[] = [];
  let current = '';
  words.forEach((word, index) => {
    const candidate = current + word;
    const space = index === words.length - 1 ? room - allowance : room;
    if (quote(candidate).length > space) {
      if (current !== '') pieces.push(quote(current));
      current = word;
    } else current = candidate;
  });
  if (current !== '') pieces.push(quote(current));
  return pieces;
}
