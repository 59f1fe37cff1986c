import type { TaggedValue } from '../tagged-values.ts';
import type { Random } from './random.ts';

/** The names that templates know, by what they hold most of the time. */
export const NAMES = {
  int: ['i', 'j', 'k'],
  float: ['f', 'g'],
  str: ['s', 't', 'name', 'html'],
  bool: ['yes', 'no'],
  list: ['numbers', 'words', 'mixed', 'objects'],
  dict: ['d', 'e'],
  tuple: ['pair'],
  none: ['nothing'],
  markup: ['safe'],
  object: ['vm'],
} as const;

export const TEXTS = [
  '',
  'a',
  'work',
  'xvda',
  'Hello World',
  '<b>&"\'</b>',
  ' padded  text ',
  'a,b,,c',
  '00:16:3e:5e:6c:00',
  '42',
  '-7',
  '3.5',
  '0x1f',
  'multi\nline\n\ntext',
  'ÄÖü ß',
  '日本',
  'e\u0301 \u{1f600}!',
  'tab\there',
  '%s and %d',
  '{} {0}',
  'UPPER lower',
  'http://example.com/?a=1&b=2',
  '10.137.0.9',
  'no-default-kernelopts',
];
export const KEYS = ['a', 'b', 'name', 'items', 'get', 'x', 'features', '1'];

function text(random: Random): string {
  return random.pick(TEXTS);
}

function integer(random: Random): number {
  return random.chance(0.2)
    ? random.pick([0, 1, -1, 255, 1024, 4000, 9007199254740991])
    : random.below(20) - 5;
}

function float(random: Random): TaggedValue {
  return {
    $float: random.pick(['0.0', '-0.0', '0.5', '1.0', '2.5', '-3.75', '1e21', '1e-7', '100000.0', '0.1']),
  };
}

function scalar(random: Random): TaggedValue {
  switch (random.below(6)) {
    case 0:
      return integer(random);
    case 1:
      return text(random);
    case 2:
      return random.chance(0.5);
    case 3:
      return null;
    case 4:
      return float(random);
    default:
      return { $markup: text(random) };
  }
}

function dict(random: Random, depth: number): TaggedValue {
  const keys = new Set(random.times(random.below(4), () => random.pick(KEYS)));
  return { $dict: Array.from(keys, key => [key, anything(random, depth - 1)]) };
}

function anything(random: Random, depth: number): TaggedValue {
  if (depth <= 0 || random.chance(0.5)) return scalar(random);
  switch (random.below(3)) {
    case 0:
      return random.times(random.below(4), () => anything(random, depth - 1));
    case 1:
      return { $tuple: random.times(random.below(3), () => anything(random, depth - 1)) };
    default:
      return dict(random, depth);
  }
}

function device(random: Random, index: number): TaggedValue {
  return {
    $object: {
      name: random.pick(['root', 'private', 'volatile', 'kernel']),
      rw: random.chance(0.5),
      index,
      path: text(random),
      domain: random.chance(0.5) ? null : 'sys-usb',
    },
  };
}

/** Values for all the names. */
export function makeVariables(random: Random): Record<string, TaggedValue> {
  const variables: Record<string, TaggedValue> = {};
  for (const name of NAMES.int) variables[name] = integer(random);
  for (const name of NAMES.float) variables[name] = float(random);
  for (const name of NAMES.str) variables[name] = text(random);
  variables['yes'] = true;
  variables['no'] = false;
  variables['numbers'] = random.times(random.below(5), () => integer(random));
  variables['words'] = random.times(random.below(5), () => text(random));
  variables['mixed'] = random.times(random.below(4), () => anything(random, 2));
  variables['objects'] = random.times(1 + random.below(3), () => device(random, random.below(3)));
  variables['d'] = dict(random, 2);
  variables['e'] = {
    $dict: [
      ['a', integer(random)],
      ['b', text(random)],
      ['c', random.times(2, () => integer(random))],
    ],
  };
  variables['pair'] = { $tuple: [integer(random), text(random)] };
  variables['nothing'] = null;
  variables['safe'] = { $markup: text(random) };
  variables['vm'] = {
    $object: { name: 'work', memory: 400, features: dict(random, 1), netvm: null, debug: random.chance(0.5) },
  };
  return variables;
}
