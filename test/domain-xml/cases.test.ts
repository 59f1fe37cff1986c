import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkVmDescription } from '../../src/domain-xml/description/vm-description.ts';
import { templateEnvironment } from '../../src/domain-xml/environment.ts';
import { TemplateFolders } from '../../src/domain-xml/search/folders.ts';
import { VmBuilder } from '../../src/domain-xml/vm/build.ts';
import '../../src/jinja/compiler.ts';
import { JinjaError } from '../../src/jinja/index.ts';
import { PROJECT } from './support/project.ts';
import { folderWith } from './support/run.ts';

interface Case {
  id: string;
  template: string;
  files?: Record<string, string>;
  context?: Record<string, unknown>;
  expect?: string;
  error?: string;
}

const DATA = join(PROJECT, 'test/jinja/data');
const { cases, files: common }: { cases: Case[]; files: Record<string, string> } = read('cases.json');
const description = checkVmDescription(read('vm.json'));

function read(file: string) {
  return JSON.parse(readFileSync(join(DATA, file), 'utf8'));
}

/** The text, or the class of the error. */
function render(folder: string, context: Record<string, unknown> = {}): { expect?: string; error?: string } {
  const folders = new TemplateFolders({ folders: [folder], mustExist: true, onlyOwner: undefined });
  const vm = new VmBuilder(() => {}).vm(description);
  try {
    return {
      expect: templateEnvironment({ folders })
        .getTemplate('main.xml')
        .render({ vm, ...context }),
    };
  } catch (error) {
    if (error instanceof JinjaError) return { error: error.pythonName };
    throw error;
  }
}

for (const { id, template, files, context, expect, error } of cases) {
  t.test(`With the program's own vm object: ${id}`, async t => {
    const folder = folderWith(t, { ...common, ...files, 'main.xml': template });
    t.same(render(folder, context), expect === undefined ? { error } : { expect });
  });
}
