import { Float, str } from '../../jinja/index.ts';
import { Refusal } from '../../words/refusal.ts';

/** What is wrong with a description: the key's place in it (as `block_devices[2].path`) and what it must be. */
export class DescriptionError extends Refusal {
  readonly key: string;

  constructor(key: string, problem: string) {
    super(`${key}: ${problem}`);
    this.key = key;
  }
}

/** Checks a value of a JSON document that stands at `key`; raises DescriptionError. */
export type Check = (value: unknown, key: string) => void;

export interface JsonObject {
  [key: string]: unknown;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float);
}

function must(be: string, value: unknown, key: string): never {
  throw new DescriptionError(key, `must be ${be}, is ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `the text ${JSON.stringify(value)}`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      if (value instanceof Float) return str(value);
      return 'an object';
  }
}

export const text: Check = (value, key) => {
  if (typeof value !== 'string') must('text', value, key);
};

export const flag: Check = (value, key) => {
  if (typeof value !== 'boolean') must('true or false', value, key);
};

/** A text of a certain form; `form` says in words which. */
export function matching(pattern: RegExp, form: string): Check {
  return (value, key) => {
    if (typeof value !== 'string' || !pattern.test(value)) must(form, value, key);
  };
}

/** A whole number that is not smaller than `least`. */
export function whole(least: number): Check {
  return (value, key) => {
    const number = value instanceof Float ? value.value : value;
    if (!(typeof number === 'bigint' || Number.isInteger(number)) || (number as number | bigint) < least) {
      must(`a whole number, ${least} or more`, value, key);
    }
  };
}

export function orNull(check: Check): Check {
  return (value, key) => {
    if (value !== null) check(value, key);
  };
}

export function listOf(check: Check, { atLeast = 0 } = {}): Check {
  return (value, key) => {
    if (!Array.isArray(value)) return must('a list', value, key);
    if (value.length < atLeast) throw new DescriptionError(key, `must have at least ${atLeast} in it`);
    value.forEach((item, index) => {
      check(item, `${key}[${index}]`);
    });
  };
}

/** An object used as a dictionary: any keys, all values of one kind. */
export function dictionaryOf(check: Check): Check {
  return (value, key) => {
    if (!isJsonObject(value)) return must('an object', value, key);
    for (const [name, item] of Object.entries(value)) check(item, childKey(key, name));
  };
}

/** An object whose keys mean something: those that must be there, those that may be, and others unchecked. */
export function objectWith(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  return (value, key) => {
    if (!isJsonObject(value)) return must('an object', value, key);
    for (const [name, check] of Object.entries(required)) {
      if (!Object.hasOwn(value, name)) throw new DescriptionError(childKey(key, name), 'is missing');
      check(value[name], childKey(key, name));
    }
    for (const [name, check] of Object.entries(optional)) {
      if (Object.hasOwn(value, name)) check(value[name], childKey(key, name));
    }
  };
}

/** Several checks of one value. */
export function all(...checks: Check[]): Check {
  return (value, key) => {
    for (const check of checks) check(value, key);
  };
}

function childKey(key: string, name: string): string {
  const child = /^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name);
  return key === '' ? child : `${key}.${child}`;
}
