import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { type Model, type ModelVm, modelWith } from './qubes-model.ts';
import { qubesXmlText } from './qubes-xml-text.ts';
import { folderWith, run } from './run.ts';

/** The folder of two kernels: one with everything that a kernel can have, and one with nothing but itself. */
export const kernels = folderWith(t, {});
const KERNEL_FILES: Record<string, string> = {
  'plain/vmlinuz': '',
  'full/vmlinuz': '',
  'full/initramfs': '',
  'full/modules.img': '',
  'full/memory-hotplug-supported': '',
  'full/default-kernelopts-pci.txt': ' iommu=soft \n',
  'full/default-kernelopts-nopci.txt': 'nopat\n',
  'full/default-kernelopts-common.txt': 'nomodeset  root=x nomodeset-not nomodeset\r\n\n',
};
for (const [name, text] of Object.entries(KERNEL_FILES)) {
  mkdirSync(dirname(join(kernels, name)), { recursive: true });
  writeFileSync(join(kernels, name), text);
}

let number = 0;

/** What dump prints of a VM in a qubes.xml, and its warnings; with 16,000 MiB in the host, by the rules of that release. */
export async function dump(model: Model, name: string, release = '4.3') {
  number += 1;
  const file = join(kernels, `${number}.xml`);
  writeFileSync(file, qubesXmlText(model));
  const { out, errors } = await run(
    ...[
      'dump',
      name,
      '--qubes-xml',
      file,
      '--kernels',
      kernels,
      '--host-memory',
      '16000',
      '--release',
      release,
    ],
  );
  return { vm: out === '' ? null : JSON.parse(out), errors: errors.map(line => line.replace(file, 'FILE')) };
}

/** What is special in a VM. */
type Stored = Partial<ModelVm>;

/** A VM alone, or with a template. */
export function household(own: Stored, template?: Stored, changes: Partial<Model> = {}): Model {
  const stored = template === undefined ? {} : { template: 'temp' };
  const klass = template === undefined ? 'StandaloneVM' : 'AppVM';
  const vm = { name: 'work', klass, qid: 7, ...own, stored: { ...stored, ...own.stored } };
  const vms: ModelVm[] =
    template === undefined ? [vm] : [{ name: 'temp', klass: 'TemplateVM', qid: 3, ...template }, vm];
  return modelWith(vms, { globals: { default_kernel: 'plain' }, ...changes });
}

/** A VM of which these properties are stored. */
export const stored = (properties: Record<string, string>, more: Stored = {}): Stored => ({
  stored: properties,
  ...more,
});
/** A device that the VM has, but can start without. */
export const pci = [{ backend: 'dom0', port: '00_1f.2', mode: 'auto-attach' }];
const NET: ModelVm = {
  name: 'net',
  klass: 'StandaloneVM',
  qid: 2,
  stored: { provides_network: 'True', netvm: '', kernel: '' },
};

/** A household with a net qube, which is the default one or not, and a template that either may be based on. */
export function networked(
  own: Stored,
  net: Stored = {},
  globals: Record<string, string> = {},
  template: Stored = {},
): Model {
  const model = household(own, undefined, { globals: { default_kernel: 'plain', ...globals } });
  return {
    ...model,
    vms: [
      ...model.vms,
      { ...NET, ...net, stored: { ...NET.stored, ...net.stored } },
      { name: 'temp', klass: 'TemplateVM', qid: 3, ...template },
    ],
  };
}

/** A rule in words, an installation, what the description of the VM that it is about has, and since which release. */
export type Rule = [title: string, model: Model, expected: Record<string, unknown>, release?: string];

/** The numbers of the VMs that no rule is about: dom0, the net qube, the template. */
const OTHERS = new Set([0, 2, 3]);

export function testRules(rules: readonly Rule[]): void {
  for (const [title, model, expected, release] of rules) {
    t.test(title, async t => {
      const name = model.vms.find(({ qid }) => !OTHERS.has(qid))?.name ?? '';
      const { vm, errors } = await dump(model, name, release);
      t.same(
        errors.filter(line => !line.includes('warning: ')),
        [],
      );
      t.same(asFarAs(expected, vm), expected);
    });
  }
}

/** A value without the keys that the other has not: so much of it is compared, but that exactly. */
function asFarAs(expected: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => asFarAs(Array.isArray(expected) ? expected[index] : undefined, item));
  }
  if (typeof value !== 'object' || value === null) return value;
  if (typeof expected !== 'object' || expected === null) return value;
  const keys = Object.keys(value).filter(key => Object.hasOwn(expected, key));
  return Object.fromEntries(
    keys.map(key => [key, asFarAs(Reflect.get(expected, key), Reflect.get(value, key))]),
  );
}
