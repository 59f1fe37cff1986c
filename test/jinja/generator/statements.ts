import { expression } from './expressions.ts';
import type { Kind, Scope } from './scope.ts';

/** Where statements stand: besides what expressions may use, what is allowed there. */
export interface StatementScope extends Scope {
  /** Names of blocks not yet used in this template. */
  blocks: string[];
  /** Templates that may be included and imported. */
  includes: string[];
  imports: string[];
  toplevel: boolean;
  /** Inside a macro or a call block, where Jinja2 prints the address of a generator for an include without context. */
  inMacro: boolean;
}

type Make = (scope: StatementScope, depth: number) => string;

const TEXTS = [
  'x',
  ' ',
  '\n',
  '  \n',
  'text\n',
  '<disk type="block">',
  '\n\n  ',
  'é',
  '{ ',
  '} ',
  '% ',
  '#',
  '\r\n',
  '-',
];
const LOCALS = ['a', 'b', 'c', 'x'];

/** A tag with random whitespace control. */
function tag(scope: Scope, content: string): string {
  const { random } = scope;
  const start = random.chance(0.15) ? random.pick(['{%-', '{%+']) : '{%';
  const end = random.chance(0.15) ? random.pick(['-%}', '+%}']) : '%}';
  return `${start} ${content} ${end}`;
}

function print(scope: Scope, code: string): string {
  const { random } = scope;
  const start = random.chance(0.1) ? '{{-' : '{{';
  return `${start} ${code} ${random.chance(0.1) ? '-}}' : '}}'}`;
}

function any(scope: Scope, kind: Kind = 'any', depth = 3): string {
  return expression(scope, kind, scope.random.below(depth + 1));
}

/** Several statements in a row. */
export function body(scope: StatementScope, depth: number): string {
  const { random } = scope;
  const inner = { ...scope, names: [...scope.names], macros: [...scope.macros] };
  return random.times(1 + random.below(4), () => statement(inner, depth)).join('');
}

function statement(scope: StatementScope, depth: number): string {
  const { random } = scope;
  if (random.chance(0.25)) return random.pick(TEXTS);
  if (random.chance(0.45)) return print(scope, any(scope));
  if (random.chance(0.35)) return random.pick(SIMPLE)(scope, depth);
  return depth <= 0 ? print(scope, any(scope)) : random.pick(NESTED)(scope, depth - 1);
}

function nested(scope: StatementScope, depth: number, more: Partial<StatementScope> = {}): string {
  return body({ ...scope, toplevel: false, ...more }, depth);
}

const set: Make = scope => {
  const name = scope.random.pick(LOCALS);
  const code = tag(scope, `set ${name} = ${any(scope)}`);
  scope.names.push(name);
  return code;
};

const setSeveral: Make = scope => {
  const [first, second] = scope.random.chance(0.5) ? ['a', 'b'] : ['x', 'c'];
  const value = scope.random.chance(0.5) ? `${any(scope)}, ${any(scope)}` : any(scope, 'tuple');
  scope.names.push(String(first), String(second));
  return tag(scope, `set ${first}, ${second} = ${value}`);
};

const namespace: Make = scope => {
  const start = tag(scope, `set ns = namespace(v=${any(scope, 'int')})`);
  const change = tag(
    scope,
    scope.random.pick([
      `set ns.v = ${scope.random.pick(['ns.v + 1', any(scope)])}`,
      `set ns.v, b = ${any(scope)}, ${any(scope)}`,
      `set (c, ns.v) = ${any(scope, 'tuple')}`,
    ]),
  );
  return `${start}${tag(scope, 'for q in [1, 2]')}${change}${tag(scope, 'endfor')}{{ ns.v }}`;
};

const raw: Make = scope =>
  `${tag(scope, 'raw').replace('+%}', '%}')} {{ x }} {% if %} ${tag(scope, 'endraw')}`;

const comment: Make = ({ random }) =>
  `{#${random.pick(['', '-'])} {{ hidden }} {% x %} ${random.pick(['', '-'])}#}${random.pick(['', '  \n'])}`;

const include: Make = scope => {
  const { random } = scope;
  const name = random.pick([...scope.includes, 'nosuch']);
  const which = random.chance(0.2) ? `['nosuch', '${name}']` : `'${name}'`;
  const missing = name === 'nosuch' || random.chance(0.2) ? ' ignore missing' : '';
  const contexts = ['', '', ' with context', ...(scope.inMacro ? [] : [' without context'])];
  return tag(scope, `include ${which}${missing}${random.pick(contexts)}`);
};

const importing: Make = scope => {
  const { random } = scope;
  const [name] = scope.imports;
  if (name === undefined) return '';
  const context = random.pick(['', ' with context', ' without context']);
  const argument = any(scope);
  if (random.chance(0.5))
    return `${tag(scope, `import '${name}' as lib${context}`)}{{ lib.shout(${argument}) }}{{ lib.port }}`;
  return `${tag(scope, `from '${name}' import shout, wrap as w${context}`)}{{ shout(${argument}) }}{{ w(1) }}`;
};

const change: Make = scope => {
  const { random } = scope;
  const value = any(scope);
  return print(
    scope,
    random.pick([
      `numbers.append(${value})`,
      `e.update({'z': ${value}})`,
      'words.pop()',
      `d.setdefault('n', ${value})`,
      'words.sort()',
      'numbers.reverse()',
    ]),
  );
};

const printing: Make = scope => tag(scope, `print ${any(scope)}, ${any(scope)}`);

const SIMPLE: Make[] = [set, set, setSeveral, namespace, raw, comment, include, importing, change, printing];

const condition: Make = (scope, depth) => {
  const { random } = scope;
  const test = any(scope, random.chance(0.7) ? 'bool' : 'any');
  let code = tag(scope, `if ${test}`) + nested(scope, depth, { toplevel: scope.toplevel });
  if (random.chance(0.3)) code += tag(scope, `elif ${any(scope, 'bool')}`) + nested(scope, depth);
  if (random.chance(0.5)) code += tag(scope, 'else') + nested(scope, depth);
  return code + tag(scope, 'endif');
};

const loop: Make = (scope, depth) => {
  const { random } = scope;
  const pairs = random.chance(0.3);
  const target = pairs ? 'a, b' : random.pick(['x', 'item', 'c']);
  const over = pairs
    ? random.pick(['e.items()', '[(1, 2), (3, 4)]', 'd|dictsort', 'd|items', "objects|groupby('name')"])
    : any(scope, random.pick(['list', 'list', 'tuple', 'dict', 'str']));
  const test = random.chance(0.25) ? ` if ${any({ ...scope, names: target.split(', ') }, 'bool')}` : '';
  const inner = { names: [...scope.names, ...target.split(', ')], inLoop: random.chance(0.6) };
  let code = tag(scope, `for ${target} in ${over}${test}`) + nested(scope, depth, inner);
  if (inner.inLoop)
    code += random.pick([
      '',
      '{{ loop.cycle("A", "B") }}',
      '{{ loop.nextitem|default("-") }}',
      '{{ loop.changed(loop.index // 2) }}',
      '{{ loop.previtem is defined }}',
    ]);
  if (random.chance(0.25)) code += tag(scope, 'else') + nested(scope, depth);
  return code + tag(scope, 'endfor');
};

const recursive: Make = scope => {
  const data = scope.random.pick(['[1, [2, [3, 4]], 5]', '[[1], [], [[2]]]', 'mixed']);
  return `${tag(scope, `for x in ${data} recursive`)}{{ loop.depth }}{% if x is iterable and x is not string %}({{ loop(x) }}){% else %}{{ x }}{% endif %}${tag(scope, 'endfor')}`;
};

const withScope: Make = (scope, depth) =>
  tag(scope, `with a = ${any(scope)}, b = ${any(scope)}`) +
  nested(scope, depth, { names: [...scope.names, 'a', 'b'] }) +
  tag(scope, 'endwith');

const filterBlock: Make = (scope, depth) => {
  const filter = scope.random.pick([
    'upper',
    'e',
    'trim',
    "replace('a', '<')",
    'indent(2)',
    'upper|lower',
    'title',
    'forceescape',
    'striptags',
  ]);
  return tag(scope, `filter ${filter}`) + nested(scope, depth) + tag(scope, 'endfilter');
};

const setBlock: Make = (scope, depth) => {
  const name = scope.random.pick(LOCALS);
  const filter = scope.random.pick(['', '', ' | upper', ' | trim | length', ' | striptags']);
  const code = tag(scope, `set ${name}${filter}`) + nested(scope, depth) + tag(scope, 'endset');
  scope.names.push(name);
  return code;
};

const autoescape: Make = (scope, depth) =>
  tag(scope, `autoescape ${scope.random.pick(['true', 'false', 'false', 'yes', 'no'])}`) +
  nested(scope, depth) +
  tag(scope, 'endautoescape');

const macro: Make = (scope, depth) => {
  const { random } = scope;
  const name = random.pick(['m', 'disk', 'row']);
  const parameters = random.pick(['p', 'p, q=1', "p='x', q=p", 'p=none']);
  const extra = random.pick([
    '',
    '',
    '{{ varargs }}',
    '{{ kwargs }}',
    '{{ caller() if caller is defined }}',
    '{{ q is defined }}',
  ]);
  const inner = nested(scope, depth, { names: ['p'], inLoop: false, macros: [], inMacro: true });
  const code = tag(scope, `macro ${name}(${parameters})`) + inner + extra + tag(scope, 'endmacro');
  scope.macros.push(name);
  const call = random.pick([
    `${name}(${any(scope)})`,
    `${name}()`,
    `${name}(p=${any(scope)})`,
    `${name}(1, 2, 3)`,
    `${name}(1, z=2)`,
    `${name}(*[1, 2])`,
    `${name}(**{'p': 5})`,
  ]);
  return code + print(scope, call);
};

const callBlock: Make = (scope, depth) => {
  const { random } = scope;
  const parameters = random.pick(['', '(x)', "(x, y='d')"]);
  const use =
    parameters === ''
      ? '{{ caller() }}'
      : random.pick(['{{ caller(p) }}', '{{ caller(x=p) }}', '{{ caller(p, 2) }}']);
  const name = random.pick(['wrapper', 'box']);
  const inner = nested(scope, depth, {
    names: parameters === '' ? scope.names : [...scope.names, 'x'],
    inLoop: false,
    inMacro: true,
  });
  return `${tag(scope, `macro ${name}(p=1)`)}[${use}]${tag(scope, 'endmacro')}${tag(scope, `call${parameters} ${name}(${any(scope)})`)}${inner}${tag(scope, 'endcall')}`;
};

const block: Make = (scope, depth) => {
  const { random } = scope;
  const name = scope.blocks.pop();
  if (name === undefined) return print(scope, any(scope));
  const scoped = random.chance(0.2) ? ' scoped' : '';
  const more = random.pick(['', '', '{{ super() }}', '{{ self.tail() if false }}']);
  const inner = nested(scope, depth, { inLoop: false, macros: [], names: scoped === '' ? [] : scope.names });
  return (
    tag(scope, `block ${name}${scoped}`) +
    inner +
    more +
    tag(scope, random.pick(['endblock', `endblock ${name}`]))
  );
};

const NESTED: Make[] = [
  ...[condition, condition, condition, loop, loop, loop, recursive, withScope, filterBlock, setBlock],
  ...[autoescape, macro, callBlock, block, block],
];
