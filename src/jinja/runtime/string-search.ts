import { raise } from '../errors.ts';
import { type Method, method, type Parameter } from './functions.ts';
import * as text from './text.ts';
import { integerOf, textOf, typeName } from './types.ts';
import { type Markup, Tuple, type Value } from './values.ts';

export type Text = string | Markup;
export type Methods = [string, Method<Text>][];

export function plain(self: Text): string {
  return typeof self === 'string' ? self : self.value;
}

/** The text of an argument that must be a str. */
export function required(value: Value, what: string): string {
  return textOf(value) ?? raise('TypeError', `${what}, not ${typeName(value)}`);
}

const SEARCH: Parameter[] = ['sub', ['start', null], ['end', null]];

function find(self: Text, args: Value[], last: boolean): number {
  const [wanted = null, start = null, end = null] = args;
  const part = required(wanted, 'must be str');
  const area = text.section(plain(self), bound(start, 0), bound(end, Number.MAX_SAFE_INTEGER));
  if (area === null) return -1;
  const at = last ? area.part.lastIndexOf(part) : area.part.indexOf(part);
  return at < 0 ? -1 : area.start + Array.from(area.part.slice(0, at)).length;
}

function bound(value: Value, otherwise: number): number {
  if (value === null) return otherwise;
  const index = integerOf(value);
  if (index === undefined) {
    return raise('TypeError', 'slice indices must be integers or None or have an __index__ method');
  }
  return Number(index);
}

function edge(name: 'startswith' | 'endswith'): Method<Text> {
  return method(
    ['prefix', ['start', null], ['end', null]],
    (self, wanted = null, start = null, end = null) => {
      const choices = wanted instanceof Tuple ? wanted.items : [wanted];
      const area = text.section(plain(self), bound(start, 0), bound(end, Number.MAX_SAFE_INTEGER));
      return choices.some(choice => {
        const part = required(choice, `${name} first arg must be str or a tuple of str`);
        return (
          area !== null && (name === 'startswith' ? area.part.startsWith(part) : area.part.endsWith(part))
        );
      });
    },
  );
}

/** The str methods that look for a part of the text. */
export const SEARCHES: Methods = [
  ['find', method(SEARCH, (self, ...args) => find(self, args, false))],
  ['rfind', method(SEARCH, (self, ...args) => find(self, args, true))],
  ['index', method(SEARCH, (self, ...args) => found(find(self, args, false)))],
  ['rindex', method(SEARCH, (self, ...args) => found(find(self, args, true)))],
  [
    'count',
    method(SEARCH, (self, wanted = null, start = null, end = null) => {
      const part = required(wanted, 'must be str');
      const area = text.section(plain(self), bound(start, 0), bound(end, Number.MAX_SAFE_INTEGER));
      return area === null ? 0 : text.countOccurrences(area.part, part);
    }),
  ],
  ['startswith', edge('startswith')],
  ['endswith', edge('endswith')],
];

function found(position: number): number {
  return position < 0 ? raise('ValueError', 'substring not found') : position;
}
