import { dict, list, tuple } from './collections.ts';
import { filterChain } from './filters.ts';
import { floatLiteral, integerLiteral, stringLiteral } from './literals.ts';
import { KINDS, type Kind, operand, type Scope } from './scope.ts';
import { method, slice } from './text-methods.ts';
import { NAMES } from './variables.ts';

/** A random expression that gives a value of the kind, most of the time. */
export function expression(scope: Scope, kind: Kind, depth: number): string {
  const { random } = scope;
  if (random.chance(0.015)) return expression(scope, random.pick(KINDS), depth);
  if (random.chance(0.004))
    return random.pick(['undefined_name', 'vm.nosuch', 'd.zz', "e['zz']", 'words[99]']);
  if (random.chance(0.04) && scope.names.length > 0) return random.pick(scope.names);
  if (depth <= 0) return leaf(scope, kind);
  if (random.chance(0.12)) return general(scope, kind, depth);
  switch (kind) {
    case 'int':
      return integer(scope, depth);
    case 'float':
      return float(scope, depth);
    case 'str':
      return text(scope, depth);
    case 'bool':
      return condition(scope, depth);
    case 'list':
      return list(scope, depth);
    case 'dict':
      return dict(scope, depth);
    case 'tuple':
      return tuple(scope, depth);
    case 'any':
      return expression(scope, random.pick(KINDS), depth);
  }
}

function leaf(scope: Scope, kind: Kind): string {
  const { random } = scope;
  const named = random.chance(0.5);
  switch (kind) {
    case 'int':
      if (scope.inLoop && random.chance(0.2))
        return random.pick(['loop.index', 'loop.index0', 'loop.revindex', 'loop.length']);
      return named ? random.pick([...NAMES.int, 'vm.memory', 'e.a']) : integerLiteral(random);
    case 'float':
      return named ? random.pick(NAMES.float) : floatLiteral(random);
    case 'str':
      return named ? random.pick([...NAMES.str, 'safe', 'vm.name', "e['b']"]) : stringLiteral(random);
    case 'bool':
      if (scope.inLoop && random.chance(0.2)) return random.pick(['loop.first', 'loop.last']);
      return named
        ? random.pick([...NAMES.bool, 'vm.debug'])
        : random.pick(['true', 'false', 'True', 'False']);
    case 'list':
      return named
        ? random.pick([...NAMES.list, 'e.c'])
        : random.pick(['[]', '[1, 2, 3]', "['b', 'a', 'C']", '[1.5, 2]']);
    case 'dict':
      return named
        ? random.pick([...NAMES.dict, 'vm.features'])
        : random.pick(['{}', "{'a': 1, 'b': 'x'}", '{1: 2}']);
    case 'tuple':
      return named ? random.pick(NAMES.tuple) : random.pick(['()', '(1,)', "(6, 'x')"]);
    case 'any':
      return random.chance(0.1) ? random.pick(['none', 'None', 'nothing']) : leaf(scope, random.pick(KINDS));
  }
}

/** What can give any kind: conditions, and/or, defaults, parentheses. */
function general(scope: Scope, kind: Kind, depth: number): string {
  const { random } = scope;
  const sub = (of: Kind = kind): string => expression(scope, of, depth - 1);
  switch (random.below(8)) {
    case 0:
      return `${sub()} if ${sub('bool')} else ${sub()}`;
    case 1:
      return `(${sub()} if ${sub('bool')} else ${sub()})`;
    case 2:
      return `(${sub()} or ${sub()})`;
    case 3:
      return `(${sub()} and ${sub()})`;
    case 4:
      return `(${sub()})`;
    case 5:
      return `(${sub()} if ${sub('bool')})`;
    case 6:
      return `(${random.pick(['zz', 'vm.zz', sub()])}|default(${sub()}${random.chance(0.3) ? ', true' : ''}))`;
    default:
      return `(${sub()}|${random.pick(['d', 'default'])}(${sub()}))`;
  }
}

function integer(scope: Scope, depth: number): string {
  const { random } = scope;
  const sub = (of: Kind): string => operand(scope, of, depth);
  switch (random.below(14)) {
    case 0:
    case 1:
      return `${sub('int')} ${random.pick(['+', '-', '*'])} ${sub('int')}`;
    case 2:
      return `${sub('int')} ${random.pick(['//', '%'])} ${sub('int')}`;
    case 3:
      return `${random.pick(['-', '+', '- '])}${sub('int')}`;
    case 4:
      return `${leaf(scope, 'int')} ** ${random.pick(['2', '3', '0', '1', '-1'])}`;
    case 5:
      return `(${sub(random.pick(['str', 'list', 'dict', 'tuple']))})|${random.pick(['length', 'count'])}`;
    case 6:
      return `(${sub(random.pick(['str', 'float', 'int']))})|int${random.pick(['', '(7)', '(base=16)', '(0, 0)'])}`;
    case 7:
      return `(${sub('int')})|abs`;
    case 8:
      return `(${sub('str')}).${random.pick(['find', 'count', 'rfind'])}(${sub('str')})`;
    case 9:
      return `(${sub('list')})|${random.pick(['sum', 'min', 'max', 'first', 'last'])}`;
    case 10:
      return `(${sub(random.pick(['list', 'tuple']))})[${random.pick(['0', '-1', '1'])}]`;
    case 11:
      return `(${sub('list')}).${random.pick(['index', 'count'])}(${sub('any')})`;
    case 12:
      return `(${sub('str')})|wordcount`;
    default:
      return `(${sub('float')})|round|int`;
  }
}

function float(scope: Scope, depth: number): string {
  const { random } = scope;
  const number = (): string => operand(scope, random.chance(0.5) ? 'float' : 'int', depth);
  switch (random.below(7)) {
    case 0:
      return `${number()} / ${number()}`;
    case 6:
      return `(${operand(scope, 'float', depth)})|abs ** ${random.pick(['2', '3', '-2', '0.5', '1.5'])}`;
    case 1:
      return `${operand(scope, 'float', depth)} ${random.pick(['+', '-', '*', '//', '%'])} ${number()}`;
    case 2:
      return `(${operand(scope, 'str', depth)})|float${random.pick(['', '(1.5)'])}`;
    case 3:
      return `(${number()})|round(${random.pick(['', '1', '2', "1, 'ceil'", "method='floor'", '-1'])})`;
    case 4:
      return `-${operand(scope, 'float', depth)}`;
    default:
      return `(${number()})|float`;
  }
}

function text(scope: Scope, depth: number): string {
  const { random } = scope;
  const sub = (of: Kind): string => operand(scope, of, depth);
  switch (random.below(13)) {
    case 0:
      return `${sub('any')} ~ ${sub('any')}${random.chance(0.3) ? ` ~ ${sub('str')}` : ''}`;
    case 1:
      return `${sub('str')} + ${sub('str')}`;
    case 2:
      return random.chance(0.5) ? `${sub('str')} * ${random.below(4)}` : `${random.below(3)} * ${sub('str')}`;
    case 3:
      return `'${random.pick(['%s', '%r', '<%s>', '%5s|', '%-6s|', '%.2s', '%%%s'])}' % ${random.chance(0.5) ? `(${sub('any')},)` : sub('any')}`;
    case 4:
      return `'${random.pick(['%d', '%05d', '%x', '%+d', '%.2f', '%e', '%g', '%6.1f', '%#o', '%c'])}' % (${sub(random.pick(['int', 'float']))},)`;
    case 5:
      return `(${sub('str')})[${slice(random)}]`;
    case 6:
    case 7:
      return method(scope, depth);
    case 8:
      return `'${random.pick(['{}', '{0}-{0}', '{:>5}', '{!r}', '{:x^7}', '{a}'])}'.format(${sub('any')}${random.chance(0.3) ? `, a=${sub('any')}` : ''})`;
    case 9:
      return `'${random.pick(['{:d}', '{:05d}', '{:02x}', '{:,}', '{:.2f}', '{:e}', '{:g}', '{:>8.3}', '{:+}', '{:#b}', '{:.1%}'])}'.format(${sub(random.pick(['int', 'float']))})`;
    case 10:
      return scope.macros.length > 0 ? `${random.pick(scope.macros)}(${sub('any')})` : sub('str');
    default:
      return filterChain(scope, sub('any'), depth);
  }
}

const TESTS = [
  ...[
    'defined',
    'undefined',
    'none',
    'string',
    'number',
    'integer',
    'float',
    'boolean',
    'mapping',
    'iterable',
  ],
  ...['sequence', 'callable', 'lower', 'upper', 'odd', 'even', 'true', 'false', 'escaped', 'filter', 'test'],
];

function condition(scope: Scope, depth: number): string {
  const { random } = scope;
  const sub = (of: Kind): string => operand(scope, of, depth);
  const compared = random.pick<Kind>(['int', 'str', 'float', 'list', 'tuple', 'bool']);
  switch (random.below(12)) {
    case 0:
      return `${sub('any')} ${random.pick(['==', '!='])} ${sub('any')}`;
    case 1:
      return `${sub(compared)} ${random.pick(['<', '<=', '>', '>='])} ${sub(compared)}`;
    case 2:
      return `${sub('int')} ${random.pick(['<', '<=', '=='])} ${sub('int')} ${random.pick(['<', '!=', '>'])} ${sub('int')}`;
    case 3:
      return `${sub('any')} ${random.pick(['in', 'not in'])} ${sub(random.pick(['list', 'tuple', 'dict']))}`;
    case 4:
      return `${sub('str')} ${random.pick(['in', 'not in'])} ${sub('str')}`;
    case 5:
      return `not ${sub(random.chance(0.5) ? 'bool' : 'any')}`;
    case 6:
      return `${sub('bool')} ${random.pick(['and', 'or'])} ${sub('bool')}`;
    case 7:
    case 8:
      return `${sub('any')} is ${random.pick(['', 'not '])}${random.pick(TESTS)}`;
    case 9:
      return `${sub('int')} is ${random.pick(['', 'not '])}divisibleby ${random.pick(['2', '(3)', 'i'])}`;
    case 10:
      return `${sub('any')} is ${random.pick(['', 'not '])}${random.pick(['eq', 'ne', 'in', 'sameas', 'equalto', 'lt', 'ge'])}(${sub('any')})`;
    default:
      return `(${sub('str')}).${random.pick(['isdigit', 'isalpha', 'isupper', 'islower', 'isspace', 'istitle', 'isalnum'])}()`;
  }
}
