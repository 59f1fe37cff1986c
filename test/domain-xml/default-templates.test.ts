import t from 'tap';
import { parseXml } from '../../src/domain-xml/xml/parse.ts';
import { TEMPLATES } from './support/project.ts';
import { renderWithPython } from './support/python.ts';
import { asExpected, expectedDomain } from './support/rules.ts';
import { folderWith, run } from './support/run.ts';
import { VARIANTS } from './support/variants.ts';

const answers = renderWithPython(
  VARIANTS.map(({ vm }) => ({ templates: [TEMPLATES], names: ['libvirt/xen.xml'], vm })),
);

for (const [index, { title, vm }] of VARIANTS.entries()) {
  t.test(
    `The domain XML of ${title} says what the rules say, and is to the byte what Python's Jinja2 gives`,
    async t => {
      const folder = folderWith(t, { 'vm.json': JSON.stringify(vm) });
      const { code, out, errors } = await run(
        'render',
        vm.name,
        '--vm',
        `${folder}/vm.json`,
        '--templates',
        TEMPLATES,
      );
      t.same(errors, []);
      t.equal(code, 0);
      t.equal(out, answers[index]?.output, 'the same as Python');
      t.same(asExpected(parseXml(out, 'the output')), expectedDomain(vm), 'element for element');
    },
  );
}
