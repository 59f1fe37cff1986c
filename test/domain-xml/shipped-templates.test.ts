import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { checkVmDescription } from '../../src/domain-xml/description/vm-description.ts';
import { templateEnvironment } from '../../src/domain-xml/environment.ts';
import { TemplateFolders } from '../../src/domain-xml/search/folders.ts';
import { VmBuilder } from '../../src/domain-xml/vm/build.ts';
import { CompilerMissing, type Precompiled } from '../../src/jinja/index.ts';
import { description, SAMPLES } from './support/descriptions.ts';
import { JINJA, TEMPLATES } from './support/project.ts';
import { renderWithPython } from './support/python.ts';
import { folderWith } from './support/run.ts';

/** Made in a process of its own, because whoever makes it has the compiler. */
function moduleText(): string {
  const maker = new URL('../../src/domain-xml/compiled/templates-module.js', import.meta.url).href;
  const request = JSON.stringify({ templates: TEMPLATES, jinja: JINJA });
  const script = `import { shippedTemplatesModule } from ${JSON.stringify(maker)};
process.stdout.write(await shippedTemplatesModule(${request}));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

// Nothing here loads the compiler: what renders, renders from what was compiled before.
t.test(
  'The templates that were compiled at build time render without the compiler, and only as they were',
  async t => {
    const folder = folderWith(t, {
      'templates.mjs': moduleText(),
    });
    const { templates: precompiled }: { templates: Precompiled } = await import(`${folder}/templates.mjs`);
    cpSync(TEMPLATES, `${folder}/templates`, { recursive: true });
    const render = (sample: (typeof SAMPLES)[number]) => {
      const folders = new TemplateFolders({
        folders: [`${folder}/templates`],
        mustExist: true,
        onlyOwner: undefined,
      });
      const vm = new VmBuilder(() => {}).vm(checkVmDescription(description(sample)));
      return templateEnvironment({ folders, precompiled }).getTemplate('libvirt/xen.xml').render({ vm });
    };
    const answers = renderWithPython(
      SAMPLES.map(sample => ({
        templates: [TEMPLATES],
        names: ['libvirt/xen.xml'],
        vm: description(sample),
      })),
    );
    for (const [index, sample] of SAMPLES.entries()) t.equal(render(sample), answers[index]?.output, sample);
    const edited = `${folder}/templates/libvirt/xen.xml`;
    writeFileSync(edited, readFileSync(edited, 'utf8').replace('<on_crash>destroy', '<on_crash>preserve'));
    t.throws(() => render('pv'), new CompilerMissing(), 'an edited template is not what was compiled');
  },
);
