// What each kind of argument may be given that it is not, and what a call with it has to come to.
import { closeSync, openSync } from 'node:fs';
import { DESCRIPTORS, PATHS } from './scratch.ts';

/**
 * What a call comes to: it answers, or says that an argument is none of its kind (a TypeError of the addon), or which error
 * of the system it met (by the errno's name; `an error` for any); or what an argument threw comes through.
 */
export type Outcome = 'answers' | 'wrong type' | 'an error' | 'thrown by the argument' | `E${string}`;

export interface Value {
  name: string;
  make: () => unknown;
  /** One of these is right. */
  outcomes: readonly Outcome[];
}

/** One argument of a function: what it takes, and what it must bear. */
export interface Argument {
  good: () => unknown;
  hostile: readonly Value[];
}

const EITHER: readonly Outcome[] = ['answers', 'an error'];

function value(name: string, make: () => unknown, ...outcomes: Outcome[]): Value {
  return { name, make, outcomes: outcomes.length === 0 ? EITHER : outcomes };
}

function wrong(name: string, thing: unknown): Value {
  return value(name, () => thing, 'wrong type');
}

export const FROM_ARGUMENT = 'from the argument';

function refuse(): never {
  throw new Error(FROM_ARGUMENT);
}

const revoked = Proxy.revocable([], {});
revoked.revoke();

/** None of these is anything that the addon takes. */
const NOTHING_OF_USE: readonly Value[] = [
  wrong('undefined', undefined),
  wrong('null', null),
  wrong('true', true),
  wrong('an object', {}),
  wrong('an object that throws when it is made a value', { valueOf: refuse, toString: refuse }),
  wrong('a function', () => 0),
  wrong('a symbol', Symbol('x')),
  wrong('0n', 0n),
  wrong('a BigInt below all 64 bits', -(2n ** 64n)),
  wrong('a BigInt above all 64 bits', 2n ** 64n),
  wrong('a proxy that was revoked', revoked.proxy),
];

const NO_TEXT: readonly Value[] = [
  ...NOTHING_OF_USE,
  wrong('7', 7),
  wrong('NaN', Number.NaN),
  wrong('an object of a string', Object('x')),
  wrong('a list of a string', ['x']),
];

const NO_WHOLE_NUMBER: readonly Value[] = [
  ...NOTHING_OF_USE,
  ...['7', '', []].map(thing => wrong(JSON.stringify(thing), thing)),
  ...[Number.NaN, Infinity, -Infinity, 1.5, 5e-324, 2 ** 53, -(2 ** 53), 1e300].map(n => wrong(String(n), n)),
];

const MEBIBYTE = 'm'.repeat(1 << 20);

/** Texts that have no form of their own in UTF-8: the runtime puts U+FFFD in their place. */
const BROKEN: readonly Value[] = [
  value('half a surrogate pair', () => '\ud800'),
  value('surrogates the wrong way round', () => 'x\udfff\ud800x'),
];

/** A text that has room in so many bytes, its NUL included. */
export function text(size: number, good: () => string): Argument {
  // As long as it is, it leads to x or xx in this very folder.
  const full = (bytes: number) => './'.repeat((bytes - 1) >> 1) + 'x'.repeat(2 - (bytes % 2));
  const three = '€'.repeat(Math.ceil(size / 3));
  return {
    good,
    hostile: [
      ...NO_TEXT,
      ...BROKEN,
      value('of no length', () => ''),
      value(`of ${size - 1} bytes`, () => full(size - 1)),
      value(`of ${size} bytes`, () => full(size), 'ENAMETOOLONG'),
      value(`of ${size} bytes or more in fewer characters`, () => three, 'ENAMETOOLONG'),
      value('of 4,095 bytes', () => full(4095), ...(size > 4095 ? EITHER : (['ENAMETOOLONG'] as const))),
      value('of 4,096 bytes', () => full(4096), ...(size > 4096 ? EITHER : (['ENAMETOOLONG'] as const))),
      value('of 1 MiB', () => MEBIBYTE, 'ENAMETOOLONG'),
      value('with a NUL', () => `${good()}\0x`, 'EINVAL'),
      value('of a NUL alone', () => '\0', 'EINVAL'),
    ],
  };
}

export function path(good: () => string): Argument {
  const argument = text(4096, good);
  const kinds = Object.entries(PATHS).map(([name, make]) => value(name, make));
  return { good, hostile: [...argument.hostile, ...kinds] };
}

/** A text of any length, with whatever is in it. */
export function anyText(good: () => string): Argument {
  const texts = ['', 'x\0x', 'x'.repeat(4095), 'x'.repeat(4096), MEBIBYTE];
  return {
    good,
    hostile: [...NO_TEXT, ...BROKEN, ...texts.map(long => value(`of ${long.length} bytes`, () => long))],
  };
}

/**
 * A whole number.
 * @param bits how many it may take; 53 for all that JavaScript has exactly
 * @param largest `no call` where one with the largest of them would never end
 */
export function number(bits: 16 | 32 | 53, good: () => number, largest?: 'no call'): Argument {
  return {
    good,
    hostile: [
      ...NO_WHOLE_NUMBER,
      wrong('-1', -1),
      ...(bits === 53 ? [] : [wrong(`2^${bits}`, 2 ** bits)]),
      value('0', () => 0),
      value('-0', () => -0),
      ...(largest === undefined ? [value(`2^${bits} - 1`, () => 2 ** bits - 1)] : []),
    ],
  };
}

/** Nothing may be opened between this and the call. */
function closedDescriptor(): number {
  const closed = openSync('/dev/null', 'r');
  closeSync(closed);
  return closed;
}

/**
 * @param closed what a call with one that is closed comes to
 * @param without the kinds that are not tried, for a function that waits for them
 */
export function descriptor(
  good: () => number,
  closed: Outcome = 'EBADF',
  without: readonly string[] = [],
): Argument {
  return {
    good,
    hostile: [
      ...NO_WHOLE_NUMBER,
      ...[-1, -100, -(2 ** 31)].map(n => value(String(n), () => n, 'EBADF')),
      wrong('2^31', 2 ** 31),
      wrong('-2^31 - 1', -(2 ** 31) - 1),
      value('2^31 - 1', () => 2 ** 31 - 1, closed),
      value('that is closed', closedDescriptor, closed),
      ...Object.entries(DESCRIPTORS)
        .filter(([name]) => !without.includes(name))
        .map(([name, make]) => value(name, make)),
    ],
  };
}

/** A list of names, each with room in so many bytes. */
export function names(size: number, good: () => string[]): Argument {
  return {
    good,
    hostile: [
      ...NOTHING_OF_USE,
      wrong('7', 7),
      wrong('a text', 'x'),
      wrong('an object with a length', { length: 1, 0: 'x' }),
      wrong('a proxy of a list', new Proxy(['x'], {})),
      value('of none', () => [], 'answers'),
      value('that is longer than any', () => new Array(2 ** 32 - 1), 'wrong type'),
      value(
        'that throws',
        () => Object.defineProperty([...good()], 1, { get: refuse }),
        'thrown by the argument',
      ),
      value(
        'that is cut short while it is read',
        () => {
          const list = ['', ...good()];
          return Object.defineProperty(list, 0, {
            get() {
              list.length = 1;
              return good()[0];
            },
          });
        },
        'wrong type',
      ),
      ...text(size, () => good()[0] ?? '').hostile.map(bad => ({
        ...bad,
        name: `with one ${bad.name}`,
        make: () => [...good(), bad.make()],
      })),
    ],
  };
}

/** A list of loop devices as loopFiles has them. */
export function loops(good: () => { name: string; file: string }[]): Argument {
  const [one = { name: 'loop0', file: '/' }] = good();
  const withOne = (name: string, make: () => unknown, ...outcomes: Outcome[]) =>
    value(`with one ${name}`, () => [...good(), make()], ...outcomes);
  return {
    good,
    hostile: [
      ...NOTHING_OF_USE,
      wrong('7', 7),
      wrong('a text', 'x'),
      value('of none', () => [], 'answers'),
      value('that is longer than any', () => new Array(2 ** 32 - 1), 'wrong type'),
      value(
        'that throws',
        () => Object.defineProperty([...good()], 1, { get: refuse }),
        'thrown by the argument',
      ),
      withOne('undefined', () => undefined, 'wrong type'),
      withOne('text', () => 'loop0', 'wrong type'),
      withOne('that has no name', () => ({ file: one.file }), 'wrong type'),
      withOne('that has no file', () => ({ name: one.name }), 'wrong type'),
      withOne(
        'whose file throws',
        () => Object.defineProperty({ name: one.name }, 'file', { get: refuse }),
        'thrown by the argument',
      ),
      ...text(64, () => one.name).hostile.map(bad => ({
        ...bad,
        name: `with one whose name is ${bad.name}`,
        make: () => [...good(), { ...one, name: bad.make() }],
      })),
      ...anyText(() => one.file).hostile.map(bad => ({
        ...bad,
        name: `with one whose file is ${bad.name}`,
        make: () => [...good(), { ...one, file: bad.make() }],
      })),
    ],
  };
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(16);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

export function bytes(good: () => Buffer): Argument {
  return {
    good,
    hostile: [
      ...NO_TEXT,
      wrong('a text', 'x'),
      wrong('an ArrayBuffer', new ArrayBuffer(4)),
      value('of none', () => Buffer.alloc(0)),
      value('that are detached', detached),
      value('of shared memory', () => new Uint8Array(new SharedArrayBuffer(16))),
      value('of a view in the middle', () => Buffer.alloc(64).subarray(60)),
      value('of 1 MiB', () => Buffer.alloc(1 << 20)),
    ],
  };
}
