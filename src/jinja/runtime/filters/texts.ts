import { raise } from '../../errors.ts';
import { add, remainder } from '../arithmetic.ts';
import { attributeOf } from '../attributes.ts';
import { spendText } from '../budget.ts';
import type { Filter } from '../context.ts';
import { compare } from '../equality.ts';
import { escapeValue, isMarkup, markupOf, sameKind, softText } from '../escape.ts';
import { defineFilter, defineFreeFilter } from '../filter-types.ts';
import { getItem } from '../items.ts';
import { lengthOf, truthy } from '../iteration.ts';
import { str } from '../repr.ts';
import { join } from '../string-methods.ts';
import { slice } from '../subscript.ts';
import * as text from '../text.ts';
import { indexOf, textOf, typeName } from '../types.ts';
import { Undefined } from '../undefined.ts';
import { Dict, Markup, Tuple, type Value } from '../values.ts';
import { wrapText } from './wrap.ts';

function onText(run: (plain: string, kind: string | Markup) => string): Filter {
  return defineFilter(['s'], (_state, value = null) => {
    const soft = softText(value);
    return sameKind(soft, run(str(soft), soft));
  });
}

// Jinja2's own idea of a title: words begin after blanks, hyphens and opening brackets.
const WORD_START = /([-\s({[<]+)/;

function titleWords(plain: string): string {
  return plain
    .split(WORD_START)
    .filter(part => part !== '')
    .map(part => {
      const [first = ''] = part;
      return first.toUpperCase() + part.slice(first.length).toLowerCase();
    })
    .join('');
}

function replace(autoescape: boolean, s: Value, old: Value, by: Value, count: Value): Value {
  const limit = count === null ? -1 : indexOf(count);
  if (!autoescape) return text.replace(str(s), str(old), str(by), limit);
  const subject = isMarkup(old) || (isMarkup(by) && !isMarkup(s)) ? escapeValue(s) : softText(s);
  if (typeof subject === 'string') return text.replace(subject, str(softText(old)), str(softText(by)), limit);
  return new Markup(text.replace(subject.value, markupOf(softText(old)), markupOf(softText(by)), limit));
}

function indent(s: Value, width: Value, first: Value, blank: Value): Value {
  if (typeof s !== 'string' && !(s instanceof Markup)) return refuseIndent(s);
  const newline = sameKind(s, '\n');
  const given = textOf(width);
  const blanks = given ?? ' '.repeat(checkedWidth(width));
  const indention = width instanceof Markup ? width : sameKind(s, blanks);
  const [head = '', ...rest] = text.splitLines(`${str(s)}\n`).map(line => sameKind(s, line));
  spendText(str(s).length + rest.length * blanks.length);
  let result: Value = head;
  if (truthy(blank)) result = join(textual(add(newline, indention)), [head, ...rest]);
  else if (rest.length > 0) {
    const lines = rest.map(line => (truthy(line) ? add(indention, line) : line));
    result = add(head, add(newline, join(newline, lines)));
  }
  return truthy(first) ? add(indention, result) : result;
}

function textual(value: Value): string | Markup {
  return value instanceof Markup ? value : str(value);
}

function refuseIndent(s: Value): never {
  if (s instanceof Undefined) return s.fail();
  if (Array.isArray(s)) return raise('AttributeError', "'list' object has no attribute 'splitlines'");
  return raise('TypeError', `unsupported operand type(s) for +=: '${typeName(s)}' and 'str'`);
}

function checkedWidth(width: Value): number {
  const count = Math.max(
    0,
    indexOf(width, `can't multiply sequence by non-int of type '${typeName(width)}'`),
  );
  spendText(count);
  return count;
}

function truncate(s: Value, length: Value, killWords: Value, end: Value, leeway: Value): Value {
  const slack = leeway === null ? 5 : leeway;
  const size = indexOf(length);
  const endLength = lengthOf(end);
  if (size < endLength) return raise('AssertionError', `expected length >= ${endLength}, got ${size}`);
  if (compare(slack, '<', 0)) return raise('AssertionError', `expected leeway >= 0, got ${str(slack)}`);
  if (compare(lengthOf(s), '<=', add(size, slack))) return s;
  const cut = slice(s, null, size - endLength, null);
  if (truthy(killWords)) return add(cut, end);
  const plain = textOf(cut);
  if (plain === undefined)
    return raise('AttributeError', `'${typeName(cut)}' object has no attribute 'rsplit'`);
  const [kept = ''] = text.splitFromRight(plain, ' ', 1);
  return add(cut instanceof Markup ? new Markup(kept) : kept, end);
}

function wordWrap(s: Value, width: Value, breakLong: Value, wrapString: Value, onHyphens: Value): Value {
  const plain = textOf(s);
  if (s instanceof Undefined) return s.fail();
  if (plain === undefined)
    return raise('AttributeError', `'${typeName(s)}' object has no attribute 'splitlines'`);
  const options = { width: indexOf(width), breakLong: truthy(breakLong), onHyphens: truthy(onHyphens) };
  const lines = text.splitLines(plain).map(line => wrapText(line, options));
  if (wrapString === null) return lines.map(parts => parts.join('\n')).join('\n');
  const mark =
    textOf(wrapString) ?? raise('AttributeError', `'${typeName(wrapString)}' object has no attribute 'join'`);
  if (!(wrapString instanceof Markup)) return lines.map(parts => parts.join(mark)).join(mark);
  return new Markup(lines.map(parts => parts.map(markupOf).join(mark)).join(mark));
}

function stripOf(value: Value, chars: Value): Value {
  const soft = softText(value);
  if (chars === null) return sameKind(soft, text.strip(str(soft), null, 'both'));
  const set = textOf(chars) ?? raise('TypeError', `strip arg must be None or str, not ${typeName(chars)}`);
  return sameKind(soft, text.strip(str(soft), soft instanceof Markup ? markupOf(chars) : set, 'both'));
}

function attribute(object: Value, name: Value): Value {
  const key = textOf(name) ?? raise('TypeError', 'attribute name must be string');
  const found = attributeOf(object, key);
  if (found !== undefined) return found;
  return new Undefined(() =>
    (getItem(object, `.${key}`) as Undefined).describe().replace(`'.${key}'`, `'${key}'`),
  );
}

export const TEXT_FILTERS: Record<string, Filter> = {
  upper: onText(text.upper),
  lower: onText(text.lower),
  capitalize: onText(text.capitalize),
  // Joined from parts, so that Markup is lost on the way.
  title: defineFilter(['s'], (_state, value = null) => titleWords(str(softText(value)))),
  trim: defineFilter(['value', ['chars', null]], (_state, value = null, chars = null) =>
    stripOf(value, chars),
  ),
  center: defineFilter(['value', ['width', 80]], (_state, value = null, width = 80) => {
    const soft = softText(value);
    return sameKind(soft, text.center(str(soft), indexOf(width), ' '));
  }),
  replace: defineFilter(
    ['s', 'old', 'new', ['count', null]],
    ({ autoescape }, s = null, old = null, by = null, count = null) => replace(autoescape, s, old, by, count),
  ),
  indent: defineFilter(
    ['s', ['width', 4], ['first', false], ['blank', false]],
    (_state, s = null, width = 4, first = false, blank = false) => indent(s, width, first, blank),
  ),
  truncate: defineFilter(
    ['s', ['length', 255], ['killwords', false], ['end', '...'], ['leeway', null]],
    (_state, s = null, length = 255, killWords = false, end = '...', leeway = null) =>
      truncate(s, length, killWords, end, leeway),
  ),
  wordwrap: defineFilter(
    ['s', ['width', 79], ['break_long_words', true], ['wrapstring', null], ['break_on_hyphens', true]],
    (_state, s = null, width = 79, breakLong = true, wrapString = null, onHyphens = true) =>
      wordWrap(s, width, breakLong, wrapString, onHyphens),
  ),
  wordcount: defineFilter(
    ['s'],
    (_state, value = null) => str(softText(value)).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
  ),
  format: defineFreeFilter((_state, args, keywords) => {
    const [value = null, ...rest] = args;
    if (rest.length > 0 && keywords !== null && keywords.size > 0) {
      return raise('FilterArgumentError', "can't handle positional and keyword arguments at the same time");
    }
    const values = keywords !== null && keywords.size > 0 ? Dict.from(keywords) : new Tuple(rest);
    return remainder(softText(value), values);
  }),
  string: defineFilter(['s'], (_state, value = null) => softText(value), { keywords: false }),
  attr: defineFilter(['obj', 'name'], (_state, object = null, name = null) => attribute(object, name)),
  default: defaultFilter(),
  d: defaultFilter(),
};

function defaultFilter(): Filter {
  return defineFilter(
    ['value', ['default_value', ''], ['boolean', false]],
    (_state, value = null, otherwise = '', boolean = false) =>
      value instanceof Undefined || (truthy(boolean) && !truthy(value)) ? otherwise : value,
  );
}
