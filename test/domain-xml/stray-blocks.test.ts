import t, { type Test } from 'tap';
import { sampleFile } from './support/descriptions.ts';
import { TEMPLATES } from './support/project.ts';
import { folderWith, run } from './support/run.ts';

const USER = 'libvirt/xen-user.xml';

/** What is said of these templates, by `which` and by `check`: the same. */
async function complaints(t: Test, files: Record<string, string>): Promise<string[]> {
  const folder = folderWith(t, files);
  const folders = ['--templates', folder, '--templates', TEMPLATES];
  const { errors } = await run('which', 'work', ...folders);
  const check = await run('check', 'work', '--vm', sampleFile('hvm_net'), ...folders);
  t.same(check.errors, errors, 'check says the same');
  t.equal(check.code, 0, 'and the domain is valid all the same');
  return errors.map(line => line.replaceAll(folder, '').replaceAll(TEMPLATES, ''));
}

t.test('A block with a misspelt name is told, with its line and the names that are there', async t => {
  const errors = await complaints(t, {
    [USER]:
      "{% extends 'libvirt/xen.xml' %}\n{% block on %}{{ super() }}{% endblock %}\n{% block devises %}x{% endblock %}",
  });
  t.equal(errors.length, 1);
  t.match(
    errors[0],
    /^domain-xml: warning: \/libvirt\/xen-user\.xml, line 3: block devises is not printed: there is none of that name in libvirt\/xen\.xml, which has .*\bdevices\b/,
  );
});

t.test('It is told of a template between, too, and not of blocks that are printed in other ways', async t => {
  const errors = await complaints(t, {
    [USER]:
      "{% extends 'libvirt/between.xml' %}{% block own %}<on_poweroff>destroy</on_poweroff>{% endblock %}" +
      '{% block on %}{{ super() }}{% block inside %}{% endblock %}{{ self.called() }}{% endblock %}{% block called %}{% endblock %}',
    'libvirt/between.xml':
      "{% extends 'libvirt/xen.xml' %}{% block on %}{% block own %}<on_crash>destroy</on_crash>{% endblock %}{% endblock %}{% block lost %}{% endblock %}",
  });
  t.same(
    errors.map(line => line.replace(/, which has .*/, '')),
    [
      'domain-xml: warning: /libvirt/between.xml, line 1: block lost is not printed: there is none of that name in libvirt/xen.xml',
    ],
  );
});

t.test('Nothing is told where only the rendering knows what is extended, or nothing is', async t => {
  const root = "{% include 'libvirt/xen.xml' %}{% block alone %}{% endblock %}";
  t.same(
    await complaints(t, { [USER]: "{% extends 'libvirt/' ~ 'xen.xml' %}{% block nope %}{% endblock %}" }),
    [],
  );
  t.same(await complaints(t, { [USER]: root }), []);
});

t.test('which --json has it as data', async t => {
  const folder = folderWith(t, {
    [USER]: "{% extends 'base' %}{% block x %}{% endblock %}",
    base: '{% block y %}{% endblock %}',
  });
  const { out, errors } = await run('which', 'work', '--json', '--templates', folder);
  t.same(errors, []);
  t.same(JSON.parse(out).strayBlocks, [
    { path: `${folder}/${USER}`, line: 1, block: 'x', parent: 'base', known: ['y'] },
  ]);
});
