import { raise } from '../errors.ts';
import { spendText } from './budget.ts';
import { unescapeEntities } from './entities.ts';
import { escapeValue, markupOf, sameKind } from './escape.ts';
import { type Method, method, type Parameter } from './functions.ts';
import { iterate, truthy } from './iteration.ts';
import { type Methods, plain, required, SEARCHES, type Text } from './string-search.ts';
import { stripTags } from './strip-tags.ts';
import * as text from './text.ts';
import { TEXT_KINDS } from './text-kinds.ts';
import { indexOf, textOf, typeName } from './types.ts';
import { Markup, Tuple, type Value } from './values.ts';

/** A str argument. */
function textArgument(value: Value, what = 'must be str'): string {
  return textOf(value) ?? raise('TypeError', `${what}, not ${typeName(value)}`);
}

/** One that Markup escapes before it becomes a part of it. */
function argument(self: Text, value: Value, what = 'must be str'): string {
  const found = textArgument(value, what);
  return self instanceof Markup ? markupOf(value) : found;
}

function integer(value: Value): number {
  return indexOf(value);
}

/** A method whose result is Markup if the text is. */
function keepsKind(
  run: (text: string, self: Text, args: Value[]) => string,
  list: Parameter[] = [],
): Method<Text> {
  return method(list, (self, ...args) => sameKind(self, run(plain(self), self, args)));
}

function optionalText(value: Value | undefined): string | null {
  return value === undefined || value === null ? null : textArgument(value);
}

function fillCharacter(self: Text, value: Value | undefined): string {
  const fill = argument(self, value ?? ' ', 'The fill character must be a unicode character');
  if (Array.from(fill).length !== 1)
    raise('TypeError', 'The fill character must be exactly one character long');
  return fill;
}

const CASES: Methods = [
  ['upper', keepsKind(text.upper)],
  ['lower', keepsKind(text.lower)],
  ['casefold', keepsKind(of => text.lower(of.replaceAll('ß', 'ss')))],
  ['capitalize', keepsKind(text.capitalize)],
  ['title', keepsKind(text.title)],
  ['swapcase', keepsKind(text.swapCase)],
];

const EDGES: Methods = [
  ['strip', keepsKind((of, _self, [set]) => text.strip(of, optionalText(set), 'both'), [['chars', null]])],
  ['lstrip', keepsKind((of, _self, [set]) => text.strip(of, optionalText(set), 'left'), [['chars', null]])],
  ['rstrip', keepsKind((of, _self, [set]) => text.strip(of, optionalText(set), 'right'), [['chars', null]])],
  [
    'removeprefix',
    keepsKind(
      (of, _self, [prefix]) => {
        const start = required(prefix ?? '', 'removeprefix() argument must be str');
        return of.startsWith(start) ? of.slice(start.length) : of;
      },
      ['prefix'],
    ),
  ],
  [
    'removesuffix',
    keepsKind(
      (of, _self, [suffix]) => {
        const end = required(suffix ?? '', 'removesuffix() argument must be str');
        return end !== '' && of.endsWith(end) ? of.slice(0, -end.length) : of;
      },
      ['suffix'],
    ),
  ],
];

const WIDTHS: Methods = [
  [
    'ljust',
    keepsKind(
      (of, self, [width, fill]) => text.justify(of, integer(width ?? 0), fillCharacter(self, fill), 'left'),
      ['width', ['fillchar', ' ']],
    ),
  ],
  [
    'rjust',
    keepsKind(
      (of, self, [width, fill]) => text.justify(of, integer(width ?? 0), fillCharacter(self, fill), 'right'),
      ['width', ['fillchar', ' ']],
    ),
  ],
  [
    'center',
    keepsKind(
      (of, self, [width, fill]) => text.center(of, integer(width ?? 0), fillCharacter(self, fill)),
      ['width', ['fillchar', ' ']],
    ),
  ],
  ['zfill', keepsKind((of, _self, [width]) => text.zeroFill(of, integer(width ?? 0)), ['width'])],
  [
    'expandtabs',
    method(
      [['tabsize', 8]],
      (self, size = 8) => sameKind(self, text.expandTabs(plain(self), integer(size))),
      true,
    ),
  ],
];

function separator(value: Value): string | null {
  return value === null ? null : required(value, 'must be str or None');
}

function partition(self: Text, value: Value, last: boolean): Value {
  const part = textArgument(value);
  if (part === '') return raise('ValueError', 'empty separator');
  const whole = plain(self);
  const at = last ? whole.lastIndexOf(part) : whole.indexOf(part);
  let parts: string[];
  if (at < 0) parts = last ? ['', '', whole] : [whole, '', ''];
  else parts = [whole.slice(0, at), part, whole.slice(at + part.length)];
  return new Tuple(parts.map(item => sameKind(self, item)));
}

const SPLITS: Methods = [
  [
    'split',
    method(
      [
        ['sep', null],
        ['maxsplit', -1],
      ],
      (self, sep = null, limit = -1) =>
        text.split(plain(self), separator(sep), integer(limit)).map(part => sameKind(self, part)),
      true,
    ),
  ],
  [
    'rsplit',
    method(
      [
        ['sep', null],
        ['maxsplit', -1],
      ],
      (self, sep = null, limit = -1) =>
        text.splitFromRight(plain(self), separator(sep), integer(limit)).map(part => sameKind(self, part)),
      true,
    ),
  ],
  [
    'splitlines',
    method(
      [['keepends', false]],
      (self, keep = false) => text.splitLines(plain(self), truthy(keep)).map(line => sameKind(self, line)),
      true,
    ),
  ],
  ['partition', method(['sep'], (self, sep = null) => partition(self, sep, false))],
  ['rpartition', method(['sep'], (self, sep = null) => partition(self, sep, true))],
  [
    'replace',
    keepsKind(
      (of, self, [old, by, count]) =>
        text.replace(of, textArgument(old ?? null), argument(self, by ?? null), integer(count ?? -1)),
      ['old', 'new', ['count', -1]],
    ),
  ],
  ['join', method(['iterable'], (self, items = null) => join(self, items))],
];

/** Python's `separator.join(items)`; Markup escapes what it joins. */
export function join(self: Text, items: Value): Value {
  const parts: string[] = [];
  const iterator = iterate(items);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    if (self instanceof Markup) parts.push(markupOf(step.value));
    else {
      const part = textOf(step.value);
      if (part === undefined) {
        return raise(
          'TypeError',
          `sequence item ${parts.length}: expected str instance, ${typeName(step.value)} found`,
        );
      }
      parts.push(part);
    }
  }
  const joined = parts.join(plain(self));
  spendText(joined.length);
  return sameKind(self, joined);
}

const KINDS: Methods = Object.entries(TEXT_KINDS).map(([name, ask]) => [
  name,
  method([], self => ask(plain(self))),
]);

/** What Markup has besides. */
export const MARKUP_METHODS: ReadonlyMap<string, Method<Markup>> = new Map([
  ['unescape', method([], self => unescapeEntities(self.value))],
  ['striptags', method([], self => stripTags(self.value))],
  ['escape', method(['s'], (_self, value = null) => escapeValue(value))],
]);

export const STRING_METHODS: ReadonlyMap<string, Method<Text>> = new Map([
  ...CASES,
  ...EDGES,
  ...WIDTHS,
  ...SEARCHES,
  ...SPLITS,
  ...KINDS,
]);
