import { raise } from '../errors.ts';
import { markupOf } from './escape.ts';
import { formatValue } from './format-spec.ts';
import { freeMethod, type Method } from './functions.ts';
import { ascii, repr, str } from './repr.ts';
import { subscript } from './subscript.ts';
import { type KeywordArguments, Markup, type Value } from './values.ts';

type Text = string | Markup;

/** Where a template's replacement fields get their values. */
interface Source {
  args: Value[];
  named: (name: string) => Value;
  attributes: (value: Value, name: string) => Value | undefined;
  escaping: boolean;
}

const MAXIMUM_NESTING = 2;

/** `attributes` looks up what stands behind a dot: attributes.ts, which lists these methods, stands above this file. */
export function formatMethods(
  attributes: Source['attributes'],
): readonly (readonly [string, Method<Text>])[] {
  return [
    ['format', formatMethod(attributes)],
    ['format_map', formatMapMethod(attributes)],
  ];
}

/** Python's `text.format(...)`; on Markup what is put in is escaped. */
function formatMethod(attributes: Source['attributes']): Method<Text> {
  return freeMethod((self: Text, args: Value[], keywords: KeywordArguments) => {
    const named = (name: string): Value => keywords?.get(name) ?? missing(keywords, name);
    return formatText(self, { args, named, attributes, escaping: self instanceof Markup });
  });
}

/** Python's `text.format_map(mapping)`. */
function formatMapMethod(attributes: Source['attributes']): Method<Text> {
  return freeMethod((self: Text, args: Value[]) => {
    const [mapping] = args;
    if (mapping === undefined)
      return raise('TypeError', 'str.format_map() takes exactly one argument (0 given)');
    const named = (name: string): Value => subscript(mapping, name);
    const formatter = new Formatter({ args: [], named, attributes, escaping: false });
    return formatter.format(self instanceof Markup ? self.value : self, MAXIMUM_NESTING);
  });
}

function missing(keywords: KeywordArguments, name: string): Value {
  return keywords?.has(name) ? null : raise('KeyError', repr(name));
}

function formatText(self: Text, source: Source): Value {
  const formatter = new Formatter(source);
  if (typeof self === 'string') {
    const text = formatter.format(self, MAXIMUM_NESTING);
    const { whole } = formatter;
    // CPython gives back the very object if a field with a specification is all there is and leaves it as it was.
    return whole !== null && whole.value === text && isOneField(self) ? whole : text;
  }
  return new Markup(formatter.format(self.value, MAXIMUM_NESTING));
}

function isOneField(template: string): boolean {
  return (
    template.startsWith('{') &&
    !template.startsWith('{{') &&
    closingBrace(template, 0) === template.length - 1
  );
}

class Formatter {
  /** The Markup that the last field with a specification was made from. */
  whole: Markup | null = null;
  readonly #source: Source;
  #next = 0;
  #manual = false;

  constructor(source: Source) {
    this.#source = source;
  }

  format(template: string, depth: number): string {
    if (depth < 0) return raise('ValueError', 'Max string recursion exceeded');
    let result = '';
    let index = 0;
    while (index < template.length) {
      const character = template.charAt(index);
      if (character !== '{' && character !== '}') {
        result += character;
        index += 1;
      } else if (template.charAt(index + 1) === character) {
        result += character;
        index += 2;
      } else if (character === '}') {
        return raise('ValueError', "Single '}' encountered in format string");
      } else {
        const end = closingBrace(template, index);
        result += this.#field(template.slice(index + 1, end), depth);
        index = end + 1;
      }
    }
    return result;
  }

  #field(field: string, depth: number): string {
    const { name, conversion, spec } = splitField(field);
    let value = this.#lookUp(name);
    if (conversion === 'r') value = repr(value);
    else if (conversion === 's') value = str(value);
    else if (conversion === 'a') value = ascii(value);
    else if (conversion !== null) {
      return raise('ValueError', `Unknown conversion specifier ${conversion}`);
    }
    const expanded = this.format(spec, depth - 1);
    if (!this.#source.escaping) {
      if (value instanceof Markup && expanded !== '') this.whole = value;
      return formatValue(value, expanded);
    }
    if (value instanceof Markup) {
      return expanded === ''
        ? value.value
        : raise('ValueError', 'Unsupported format specification for Markup.');
    }
    return markupOf(formatValue(value, expanded));
  }

  #lookUp(name: string): Value {
    const [, first = '', rest = ''] = /^([^.[]*)(.*)$/s.exec(name) ?? [];
    let value = this.#first(first);
    const path = /\.([^.[]*)|\[([^\]]*)\]/gy;
    let position = 0;
    while (position < rest.length) {
      path.lastIndex = position;
      const match = path.exec(rest);
      if (match === null) {
        return raise('ValueError', "Only '.' or '[' may follow ']' in format field specifier");
      }
      const [whole, attribute, item] = match;
      if (attribute === '' || item === '') return raise('ValueError', 'Empty attribute in format string');
      if (attribute !== undefined) {
        const found = this.#source.attributes(value, attribute);
        value =
          found === undefined ? raise('AttributeError', `object has no attribute ${repr(attribute)}`) : found;
      } else if (item !== undefined) {
        value = subscript(value, /^\d+$/.test(item) ? Number(item) : item);
      }
      position += whole.length;
    }
    return value;
  }

  #first(name: string): Value {
    const { args, named } = this.#source;
    if (name !== '' && !/^\d+$/.test(name)) return named(name);
    if (name === '') {
      if (this.#manual) {
        raise('ValueError', 'cannot switch from manual field specification to automatic field numbering');
      }
    } else {
      if (this.#next > 0) {
        raise('ValueError', 'cannot switch from automatic field numbering to manual field specification');
      }
      this.#manual = true;
    }
    const index = name === '' ? this.#next++ : Number(name);
    const value = args[index];
    if (value !== undefined) return value;
    return raise('IndexError', `Replacement index ${index} out of range for positional args tuple`);
  }
}

function closingBrace(template: string, open: number): number {
  let depth = 0;
  for (let index = open; index < template.length; index++) {
    if (template[index] === '{') depth += 1;
    else if (template[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return raise(
    'ValueError',
    open === template.length - 1
      ? "Single '{' encountered in format string"
      : "expected '}' before end of string",
  );
}

function splitField(field: string): { name: string; conversion: string | null; spec: string } {
  const name = /^(?:[^[\]!:{}]|\[[^\]]*\])*/.exec(field)?.[0] ?? '';
  const rest = field.slice(name.length);
  if (rest.startsWith('!')) {
    const conversion = rest.charAt(1);
    if (conversion === '') return raise('ValueError', 'end of string while looking for conversion specifier');
    if (rest.length > 2 && rest.charAt(2) !== ':') {
      return raise('ValueError', "expected ':' after conversion specifier");
    }
    return { name, conversion, spec: rest.slice(3) };
  }
  if (rest !== '' && !rest.startsWith(':')) return raise('ValueError', "unexpected '{' in field name");
  return { name, conversion: null, spec: rest.slice(1) };
}
