import type { Kind, Scope } from './scope.ts';

type Arguments = (scope: Scope, depth: number) => string;

function none(): string {
  return '';
}

function oneOf(...choices: string[]): Arguments {
  return ({ random }) => random.pick(choices);
}

function values(...kinds: Kind[]): Arguments {
  return (scope, depth) => `(${kinds.map(kind => scope.expression(scope, kind, depth - 1)).join(', ')})`;
}

/** Filters that give text, and with which arguments. */
const TEXT_FILTERS: [string, Arguments][] = [
  ['upper', none],
  ['lower', none],
  ['title', none],
  ['capitalize', none],
  ['trim', oneOf('', "('a')", "(chars=' <')")],
  ['string', none],
  ['e', none],
  ['escape', none],
  ['forceescape', none],
  ['safe', none],
  ['striptags', none],
  ['urlencode', none],
  ['tojson', oneOf('', '(2)', '(indent=1)')],
  ['pprint', none],
  ['replace', values('str', 'str')],
  ['replace', values('str', 'str', 'int')],
  ['indent', oneOf('', '(2)', '(2, true)', "('> ')", '(first=true, blank=true)', "('<'|safe)")],
  ['truncate', oneOf('(5)', '(8, true)', "(6, end='…')", '(7, false, "..", 0)')],
  ['wordwrap', oneOf('(5)', '(8, false)', "(6, wrapstring='<br>')", '(10, break_on_hyphens=false)')],
  ['center', oneOf('', '(12)', '(width=5)')],
  ['filesizeformat', oneOf('', '(true)')],
  ['xmlattr', oneOf('', '(false)')],
  ['join', oneOf('', "(', ')", "('<')", "('<br>'|safe)", "(d='-')")],
  ['join', oneOf("(', ', attribute='name')", "('', 0)")],
  ['list', none],
  ['reverse', none],
  ['first', none],
  ['last', none],
  ['default', values('any')],
  ['format', values('any')],
  ['length', none],
  ['int', none],
  ['float', none],
  ['round', none],
  ['abs', none],
  ['max', none],
  ['min', none],
  ['sum', none],
  ['sort', none],
  ['unique', none],
  ['attr', oneOf("('name')", "('zz')")],
  ['nosuchfilter', none],
];

/** An expression with one to three filters after it. */
export function filterChain(scope: Scope, value: string, depth: number): string {
  const { random } = scope;
  let code = `(${value})`;
  const count = 1 + random.below(3);
  for (let index = 0; index < count; index++) {
    const [name, makeArguments] = random.pick(TEXT_FILTERS);
    if (name === 'nosuchfilter' && !random.chance(0.1)) continue;
    code += `${random.pick(['|', ' | '])}${name}${makeArguments(scope, depth)}`;
    // What prints as an address would differ from run to run.
    if (name === 'reverse' || name === 'unique') code += '|list';
  }
  return code;
}
