import { Refusal } from '../../words/refusal.ts';
import { isPort, truth } from '../qubes/values.ts';
import type { DeviceAssignment } from '../qubes/vm-data.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { withTemplates } from './templates.ts';
import type { XmlNode } from './tree.ts';

/** The devices of a class that are assigned to a VM, in the order in which qubesd lists them: by backend and name. */
export function devicesOf(
  store: QubesStore,
  vm: StoredDomain,
  devclass: 'pci' | 'block',
): DeviceAssignment[] {
  const devices = vm.devices(devclass).map(node => ({ node, key: keyOf(node, vm, devclass) }));
  devices.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return devices.map(({ node, key }) => assignment(store, node, `${vm.where}, ${devclass} device ${key}`));
}

function keyOf({ attributes }: XmlNode, vm: StoredDomain, devclass: string): string {
  const backend = attributes['backend-domain'];
  const id = attributes['id'];
  if (!backend || !id) {
    throw new Refusal(`${vm.where}: has a <device> of class ${devclass} without backend-domain and id`);
  }
  return `${backend}+${id}`;
}

function assignment(store: QubesStore, node: XmlNode, where: string): DeviceAssignment {
  const { attributes } = node;
  const name = attributes['backend-domain'] ?? '';
  const backend = store.named(name);
  if (backend === undefined) {
    throw new Refusal(`${where}: there is no VM ${JSON.stringify(name)} in the file`);
  }
  const port = attributes['id'] ?? '';
  if (!isPort(port)) throw new Refusal(`${where}: the id is none of a device`);
  return {
    backend:
      backend.klass === 'AdminVM'
        ? { name: backend.name, features: backend.features }
        : withTemplates(store, backend),
    port,
    required: isRequired(node, where),
    options: optionsOf(node, where),
  };
}

/** What R4.2 and before stored was attached at each start; from then on there is a mode. */
function isRequired({ attributes }: XmlNode, where: string): boolean {
  const old = attributes['required'];
  if (old === undefined) return (attributes['mode'] ?? 'required') === 'required';
  const required = truth(old);
  if (required === undefined) {
    throw new Refusal(`${where}: required must be yes or no, is ${JSON.stringify(old)}`);
  }
  return required;
}

function optionsOf(node: XmlNode, where: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const { name, attributes, text } of node.children) {
    const option = attributes['name'];
    if (name !== 'option') continue;
    if (!option || options.has(option)) {
      throw new Refusal(`${where}: has an <option> without a name, or one twice`);
    }
    options.set(option, text);
  }
  return options;
}
