import type { Trial } from '../oracle.ts';
import { breakLines } from './broken-lines.ts';
import { Random } from './random.ts';
import { damage, makeTrial } from './trial.ts';

// What fails wherever it is reached, in one way or another.
const FAILING = [
  ...['undefined_name', 'vm.nosuch', 'vm.nosuch.deeper', 'words[99]', "d['nosuch']", 'nothing.x', '(1 // 0)'],
  ...["(1 + 'a')", '(none < 1)', "('a' < 1)", '{[]: 1}', '(5|list)', "('x'|int('y') ~ zz)", '5()', 'vm()'],
  ...[
    "bug('broken: %s', 1)",
    "bug('%d', 'x')",
    "('a'|nosuchfilter)",
    '(1 is nosuchtest)',
    'loop(5)',
    'loop.x',
  ],
  ...['range(1, 2, 3, 4)', "'x'.nosuch()", "words|map('nosuch')|list", "words|map(attribute='a.b')|join"],
  ...['super()', 'self.nosuch()', 'caller()', 'shout()', 'shout(1, 2, 3)', 'row(nosuch=1)', "'%d' % 'x'"],
  ...[
    'namespace(1)',
    "[1, 'a']|sort",
    "[1, 'a']|max",
    '[3, zz]|sum',
    '(1, 2, 3)|join(1)',
    "'{0}{1}'.format(1)",
  ],
  ...[
    'dict(1)',
    'cycler()',
    'joiner(1, 2)',
    "1|round(1, 'nosuch')",
    "{'a b': 1}|xmlattr",
    "'a'|indent('b', 'c', 'd', 'e')",
  ],
];
const FAILING_STATEMENTS = [
  ...["{% include 'nosuch' %}", '{% include zz %}', "{% include ['a', 'b'] %}", "{% import 'nosuch' as q %}"],
  ...[
    "{% from 'lib' import nosuch %}{{ nosuch }}",
    "{% from 'lib' import nosuch %}{{ nosuch() }}",
    "{% extends 'nosuch' %}",
  ],
  ...[
    '{% set a, b = [1] %}',
    '{% set a, b = 5 %}',
    '{% set name.x = 1 %}',
    '{% for a, b in [1] %}{% endfor %}',
  ],
  ...[
    '{% for q in 5 %}{% endfor %}',
    '{% for q in [1, 2] if q.x.y %}\n{{ q }}{% endfor %}',
    '{% nosuchtag %}',
  ],
  ...[
    '{% if no %}\nx{% elif zz.y %}\ny{% elif zz %}z{% endif %}',
    '{% with\nq = zz.y %}{{ q }}{% endwith %}',
  ],
  ...[
    '{% macro again(a,\nb=zz.y) %}\n{{ b }}{% endmacro %}{{ again(1) }}',
    '{% call\nvm.nosuch() %}{% endcall %}',
  ],
  ...[
    '{% filter\nnosuchfilter %}\nx{% endfilter %}',
    '{% set q |\nint(1, 2, 3, 4) %}\nx{% endset %}',
    "{% autoescape zz %}\n{{ 'a' }}{% endautoescape %}",
  ],
  ...[
    '{% block again %}\n{{ zz }}{% endblock %}',
    '{% for q in [1, [2]] recursive %}\n{{ loop(q) }}{% endfor %}',
    '{{ undefined_name',
  ],
  ...[
    '{% if yes %}\n{{ name }}\ntext',
    '{% for q in words %}\ntext',
    '{# no end',
    '{% raw %}\nx',
    "{{ 'no end }}",
    '{{ 1 + }}',
  ],
  ...[
    '{{ (1\n}}',
    '{{ [1,\n2}',
    '{% set %}',
    '{% set 1 = 2 %}',
    '{% for x.y in words %}{% endfor %}',
    '{% endif %}',
    '{{ name.1a }}',
    '{{ $ }}',
  ],
];

const PLACES = /(?<=\{[{%][-+]?[^'"%}]*[\s(,[=])[A-Za-z_]\w*(?:\.\w+)*(?=[^'"{]*[%}]\})/g;
const WORDS_OF_TAGS =
  /^(?:in|is|not|if|else|elif|for|set|end\w+|block|macro|call|with|without|context|import|include|as|from|extends|filter|print|raw|autoescape|scoped|required|recursive|and|or|ignore|missing)$/;

/** A random trial in which something is wrong, in one of its templates; most of its tags go over several lines. */
export function makeFaultyTrial(seed: number): Trial {
  const random = new Random(seed);
  const { files, variables } = makeTrial(random.below(2 ** 31));
  for (const [name, source] of Object.entries(files))
    files[name] = breakLines(random, spread(random, source), 0.3);
  const place = random.chance(0.6) ? 'main' : random.pick(Object.keys(files));
  files[place] = addFault(random, files[place] ?? '');
  return { files, variables };
}

/** With lines between its tags. */
function spread(random: Random, source: string): string {
  return source.replace(/(?<=[%}]\})(?=\{[{%])/g, () =>
    random.chance(0.5) ? random.pick(['\n', '\n\n', 'x\n']) : '',
  );
}

function addFault(random: Random, source: string): string {
  switch (random.below(4)) {
    case 0:
      return damage(random, source);
    case 1: {
      const ends = [...source.matchAll(/[%}]\}|$/g)];
      const end = random.pick(ends);
      const at = end.index + end[0].length;
      return source.slice(0, at) + random.pick(FAILING_STATEMENTS) + source.slice(at);
    }
    default: {
      const places = [...source.matchAll(PLACES)].filter(([word]) => !WORDS_OF_TAGS.test(word));
      if (places.length === 0) return `{{ ${random.pick(FAILING)} }}${source}`;
      const { index, 0: word } = random.pick(places);
      return source.slice(0, index) + random.pick(FAILING) + source.slice(index + word.length);
    }
  }
}
