import { raise } from '../../errors.ts';
import type { Filter } from '../context.ts';
import { escapeText, escapeValue, markupOf } from '../escape.ts';
import { defineFilter } from '../filter-types.ts';
import { each, isIterable, truthy, unpack } from '../iteration.ts';
import { toJson } from '../json-text.ts';
import { quote, str } from '../repr.ts';
import { stripTags } from '../strip-tags.ts';
import { subscript } from '../subscript.ts';
import { textOf, typeName } from '../types.ts';
import { Undefined } from '../undefined.ts';
import { Dict, Markup, PythonObject, type Value } from '../values.ts';
import { prettyPrint } from './pretty-print.ts';
import { urlize } from './urlize.ts';

function xmlAttributes(value: Value, space: Value): string {
  const parts: string[] = [];
  for (const [key, item] of mappingPairs(value)) {
    if (item === null || item instanceof Undefined) continue;
    const name = textOf(key);
    if (name === undefined)
      return raise('TypeError', `expected string or bytes-like object, got '${typeName(key)}'`);
    if (/[\t-\r />=]/.test(name))
      return raise('ValueError', `Invalid character in attribute name: ${quote(name)}`);
    parts.push(`${markupOf(key)}="${markupOf(item)}"`);
  }
  const text = parts.join(' ');
  return truthy(space) && text !== '' ? ` ${text}` : text;
}

function mappingPairs(value: Value): [Value, Value][] {
  if (value instanceof Dict) return Array.from(value.pairs());
  if (value instanceof Undefined) return value.fail();
  if (value instanceof PythonObject && value.isMapping) {
    return Array.from(each(value), key => [key, subscript(value, key)]);
  }
  return raise('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
}

function quoteForUrl(value: Value, forQuery: boolean): string {
  let encoded: string;
  try {
    encoded = encodeURIComponent(str(value));
  } catch {
    return raise('UnicodeEncodeError', "'utf-8' codec can't encode a lone surrogate");
  }
  encoded = encoded.replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return forQuery ? encoded.replaceAll('%20', '+') : encoded.replaceAll('%2F', '/');
}

function urlEncode(value: Value): string {
  if (textOf(value) !== undefined || !isIterable(value)) return quoteForUrl(value, false);
  const pairs =
    value instanceof Dict
      ? Array.from(value.pairs())
      : Array.from(each(value), pair => unpack(pair, 2) as [Value, Value]);
  return pairs.map(([key, item]) => `${quoteForUrl(key, true)}=${quoteForUrl(item, true)}`).join('&');
}

const escaping = defineFilter(['s'], (_state, value = null) => escapeValue(value), { keywords: false });

export const MARKUP_FILTERS: Record<string, Filter> = {
  e: escaping,
  escape: escaping,
  forceescape: defineFilter(['value'], (_state, value = null) => new Markup(escapeText(str(value)))),
  safe: defineFilter(['value'], (_state, value = null) =>
    value instanceof Markup ? value : new Markup(str(value)),
  ),
  striptags: defineFilter(['value'], (_state, value = null) => stripTags(str(value))),
  xmlattr: defineFilter(['d', ['autospace', true]], ({ autoescape }, value = null, space = true) => {
    const text = xmlAttributes(value, space);
    return autoescape ? new Markup(text) : text;
  }),
  tojson: defineFilter(['value', ['indent', null]], (_state, value = null, indent = null) => {
    const json = toJson(value, indent)
      .replaceAll('<', '\\u003c')
      .replaceAll('>', '\\u003e')
      .replaceAll('&', '\\u0026')
      .replaceAll("'", '\\u0027');
    return new Markup(json);
  }),
  urlencode: defineFilter(['value'], (_state, value = null) => urlEncode(value)),
  urlize: defineFilter(
    [
      'value',
      ['trim_url_limit', null],
      ['nofollow', false],
      ['target', null],
      ['rel', null],
      ['extra_schemes', null],
    ],
    (
      { autoescape },
      value = null,
      limit = null,
      noFollow = false,
      target = null,
      rel = null,
      schemes = null,
    ) => {
      const text = urlize(value, { limit, noFollow: truthy(noFollow), target, rel, schemes });
      return autoescape ? new Markup(text) : text;
    },
  ),
  pprint: defineFilter(['value'], (_state, value = null) => prettyPrint(value)),
};
