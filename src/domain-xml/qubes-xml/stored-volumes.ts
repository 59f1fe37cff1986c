import { Refusal } from '../../words/refusal.ts';
import { isAtLeast } from '../qubes/release.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { templateOf } from './templates.ts';
import type { XmlNode } from './tree.ts';

/** A volume as it is configured: the attributes of the file, with what its VM's class says where one is missing. */
export interface VolumeConfig {
  name: string;
  attributes: Readonly<Record<string, string>>;
  pool: XmlNode;
  vid: string;
  /** The vid of the volume of which it is a snapshot. */
  source: string | undefined;
}

const SNAPSHOT = { snap_on_start: 'True', save_on_stop: 'False', rw: 'True' };
const KEPT = { snap_on_start: 'False', save_on_stop: 'True', rw: 'True' };
const FRESH = { snap_on_start: 'False', save_on_stop: 'False', rw: 'True' };
const READ_ONLY = { snap_on_start: 'False', save_on_stop: 'False', rw: 'False' };

type Configuration = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The volumes that every VM of a class has, whatever is stored, in this order. */
const OF_ITS_OWN: Configuration = { root: KEPT, private: KEPT, volatile: FRESH, kernel: READ_ONLY };
const OF_CLASS: ReadonlyMap<string, Configuration> = new Map([
  ['AppVM', { ...OF_ITS_OWN, root: SNAPSHOT }],
  ['DispVM', { ...OF_ITS_OWN, root: SNAPSHOT, private: SNAPSHOT }],
  ['TemplateVM', OF_ITS_OWN],
  ['StandaloneVM', OF_ITS_OWN],
]);

/** The volumes of VMs as qubes.xml and their class have them. */
export class StoredVolumes {
  readonly #store: QubesStore;

  constructor(store: QubesStore) {
    this.#store = store;
  }

  /**
   * Those of a VM: first those of its class, then what else it has.
   * @throws Refusal
   */
  of(vm: StoredDomain): VolumeConfig[] {
    const stored = new Map<string, Readonly<Record<string, string>>>();
    for (const { attributes } of vm.volumes) {
      const { name } = attributes;
      if (name === undefined || name === '') throw new Refusal(`${vm.where}: has a <volume> without a name`);
      if (stored.has(name)) throw new Refusal(`${vm.where}: volume ${name} is there twice`);
      stored.set(name, attributes);
    }
    const usual = this.#usual(vm.klass);
    const names = [...Object.keys(usual), ...[...stored.keys()].filter(name => !Object.hasOwn(usual, name))];
    return names.map(name => this.#config(vm, name, { ...usual[name], ...stored.get(name) }));
  }

  #usual(klass: string): Configuration {
    const usual = OF_CLASS.get(klass) ?? {};
    if (klass !== 'TemplateVM' || isAtLeast(this.#store.release, '4.2')) return usual;
    return { ...usual, private: { ...KEPT, revisions_to_keep: '0' } };
  }

  #config(vm: StoredDomain, name: string, attributes: Readonly<Record<string, string>>): VolumeConfig {
    const where = `${vm.where}, volume ${name}`;
    const origin =
      attributes['snap_on_start'] === 'True' && !attributes['source'] ? this.#origin(vm, name) : undefined;
    const pool = origin?.pool ?? this.#pool(attributes['pool'], name, where);
    const vid = attributes['vid'] ?? newVid(vm, name, pool, where);
    return { name, attributes, pool, vid, source: origin?.vid ?? (attributes['source'] || undefined) };
  }

  /** The volume of that name which the templates have to themselves: a disposable's is an AppVM, whose root is a snapshot, too. */
  #origin(vm: StoredDomain, name: string): VolumeConfig | undefined {
    const template = templateOf(this.#store, vm);
    if (template === null) return undefined;
    const found = this.of(template).find(config => config.name === name);
    if (found === undefined) {
      throw new Refusal(`${vm.where}, volume ${name}: its template ${template.name} has no such volume`);
    }
    return found.source === undefined ? found : (this.#origin(template, name) ?? found);
  }

  #pool(named: string | undefined, volume: string, where: string): XmlNode {
    const name = named ?? this.#defaultPool(volume);
    if (name === undefined) throw new Refusal(`${where}: has no pool, and none is the default`);
    const pool = this.#store.pool(name);
    if (pool !== undefined) return pool;
    throw new Refusal(`${where}: is in pool ${JSON.stringify(name)}, and there is no such pool in the file`);
  }

  #defaultPool(volume: string): string | undefined {
    const { globals } = this.#store;
    const stored =
      globals.text(`default_pool_${volume}`) ??
      (volume === 'kernel' ? undefined : globals.text('default_pool'));
    if (stored !== undefined) return stored.trim();
    if (volume === 'kernel') return this.#store.poolOfDriver('linux-kernel');
    return this.#store.pool('default')?.attributes['name'];
  }
}

/** The name that a driver gives a volume which has none. */
function newVid(vm: StoredDomain, name: string, { attributes }: XmlNode, where: string): string {
  const folder = vm.klass === 'TemplateVM' ? 'vm-templates' : 'appvms';
  switch (attributes['driver']) {
    case 'linux-kernel':
      return '';
    case 'lvm_thin':
      if (attributes['volume_group']) return `${attributes['volume_group']}/vm-${vm.name}-${name}`;
      throw new Refusal(`${where}: has no vid, and pool ${attributes['name']} has no volume_group`);
    default:
      return `${folder}/${vm.name}/${name}`;
  }
}
