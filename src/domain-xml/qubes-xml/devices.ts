import { Refusal } from '../../words/refusal.ts';
import { isAtLeast } from '../qubes/release.ts';
import { ANY_IDENTITY, ANY_PORT, isPort, truth } from '../qubes/values.ts';
import type { DeviceAssignment } from '../qubes/vm-data.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { withTemplates } from './templates.ts';
import type { XmlNode } from './tree.ts';

/** The words for how a device is assigned, from R4.3 on; qubesd leaves out what has another. */
const MODES: ReadonlySet<string> = new Set(['required', 'auto-attach', 'ask-to-attach']);

/**
 * The devices of a class that are assigned to a VM, in the file's order, which is that of qubesd: which letter or slot a
 * device gets goes by it. As there, a device of a VM that has been removed is left out, and one of unknown mode.
 */
export function devicesOf(
  store: QubesStore,
  vm: StoredDomain,
  devclass: 'pci' | 'block',
): DeviceAssignment[] {
  const keys = new Set<string>();
  return vm.devices(devclass).flatMap(node => {
    const place = `${node.attributes['backend-domain'] ?? '*'}+${node.attributes['id'] ?? '*'}`;
    const where = `${vm.where}, ${devclass} device ${place}`;
    const assignment = assignmentOf(store, node, where);
    if (assignment === undefined) return [];
    const key = `${place}:${assignment.identity}`;
    if (keys.has(key)) throw new Refusal(`${where}: is there twice`);
    keys.add(key);
    return [assignment];
  });
}

function assignmentOf(store: QubesStore, node: XmlNode, where: string): DeviceAssignment | undefined {
  const since43 = isAtLeast(store.release, '4.3');
  const options = optionsOf(node, where);
  const { attributes } = node;
  const mode = since43 ? modeOf(node, where) : 'required';
  if (mode === undefined) return undefined;
  const identity = since43
    ? (options.get('identity') ?? attributes['identity'] ?? ANY_IDENTITY)
    : ANY_IDENTITY;
  if (since43) options.delete('identity');
  const name = attributes['backend-domain'];
  if (!name && !since43) return undefined;
  const backend = name ? store.named(name) : undefined;
  if (name && backend === undefined) return undefined;
  const port = attributes['id'] ?? ANY_PORT;
  if (!isPort(port)) throw new Refusal(`${where}: the id is none of a device`);
  return {
    backend: backend && backendOf(store, backend),
    port,
    identity,
    required: mode === 'required',
    options,
  };
}

function backendOf(store: QubesStore, backend: StoredDomain) {
  if (backend.klass === 'AdminVM') return { name: backend.name, features: backend.features };
  return withTemplates(store, backend);
}

/** What R4.2 and before stored was attached at each start. */
function modeOf({ attributes }: XmlNode, where: string): string | undefined {
  const old = attributes['required'];
  if (old === undefined) {
    const mode = attributes['mode'] ?? 'required';
    return MODES.has(mode) ? mode : undefined;
  }
  const required = truth(old);
  if (required === undefined) {
    throw new Refusal(`${where}: required must be yes or no, is ${JSON.stringify(old)}`);
  }
  return required ? 'required' : 'auto-attach';
}

/** An option without a text is qubesd's None, written out. */
function optionsOf(node: XmlNode, where: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const { name, attributes, text } of node.children) {
    const option = attributes['name'];
    if (name !== 'option') continue;
    if (!option || options.has(option)) {
      throw new Refusal(`${where}: has an <option> without a name, or one twice`);
    }
    options.set(option, text === '' ? 'None' : text);
  }
  return options;
}
