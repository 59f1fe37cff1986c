import type { Trial } from '../oracle.ts';
import { breakLines } from './broken-lines.ts';
import { expression } from './expressions.ts';
import { Random } from './random.ts';
import { body, type StatementScope } from './statements.ts';
import { makeVariables } from './variables.ts';

const LIBRARY =
  "{% macro shout(p, q='!') %}<{{ p }}{{ q }}>{% endmacro %}{% macro wrap(n) %}{{ caller() if caller else n }}{% endmacro %}{% set port = 5 %}";
const BLOCKS = ['head', 'devices', 'tail'];

/**
 * The first of some random trials that `renders`, but now and then one whatever it does: most random templates end
 * in an error, and there is more to compare in those that do not.
 */
export function pickTrial(seed: number, renders: (trial: Trial) => boolean): Trial {
  const random = new Random(seed);
  for (let attempt = 0; attempt < 3; attempt++) {
    const trial = makeTrial(random.below(2 ** 31));
    if (random.chance(0.2) || renders(trial)) return trial;
  }
  return makeTrial(random.below(2 ** 31));
}

/** A random template with parents, includes, imports and variables: the same for the same seed. */
export function makeTrial(seed: number): Trial {
  const random = new Random(seed);
  const files: Record<string, string> = { lib: LIBRARY };
  const scope = (more: Partial<StatementScope> = {}): StatementScope => ({
    random,
    names: [],
    macros: [],
    inLoop: false,
    expression,
    blocks: [],
    includes: ['part'],
    imports: ['lib'],
    toplevel: true,
    inMacro: false,
    ...more,
  });
  files['part'] = body(scope({ names: ['a', 'x'], includes: [] }), 1);
  const inherits = random.chance(0.3);
  if (inherits) {
    files['base'] = BLOCKS.map(
      name => `${body(scope({ blocks: [] }), 0)}{% block ${name} %}${body(scope(), 1)}{% endblock %}`,
    ).join('');
    if (random.chance(0.3))
      files['middle'] = `{% extends 'base' %}${body(scope({ blocks: BLOCKS.slice(0, 2) }), 1)}`;
  }
  const parent = files['middle'] === undefined ? 'base' : 'middle';
  const start = inherits
    ? `{% extends ${random.pick([`'${parent}'`, `'${parent.slice(0, 2)}' ~ '${parent.slice(2)}'`])} %}`
    : '';
  files['main'] =
    start +
    body(scope({ blocks: BLOCKS.slice() }), 2) +
    body(scope({ blocks: inherits ? ['devices'] : ['other'] }), 1);
  if (random.chance(0.3)) {
    for (const [name, source] of Object.entries(files)) files[name] = breakLines(random, source);
  }
  if (random.chance(0.08)) files['main'] = damage(random, files['main']);
  return { files, variables: makeVariables(random) };
}

const BITS = [
  '{{',
  '}}',
  '{%',
  '%}',
  '-',
  '(',
  ')',
  '[',
  ']',
  ' ',
  "'",
  '|',
  '.',
  ',',
  ' in ',
  ' not ',
  '\n',
  '{#',
  '%',
  '0',
  '=',
];

/** A template that may not be one any more. */
export function damage(random: Random, source: string): string {
  const at = random.below(source.length + 1);
  switch (random.below(3)) {
    case 0:
      return source.slice(0, at) + source.slice(at + 1 + random.below(4));
    case 1:
      return source.slice(0, at) + random.pick(BITS) + source.slice(at);
    default:
      return source.slice(0, at);
  }
}
