import { Refusal } from '../../words/refusal.ts';
import { ADMIN_VM } from '../qubes/vm-data.ts';
import { Properties, StoredDomain, type StoredValue } from './domain.ts';
import { QubesXmlFile } from './file.ts';
import { items, type XmlNode } from './tree.ts';

/**
 * Everything in a qubes.xml, and what refers to what in it.
 * @throws Refusal
 */
export class QubesStore {
  readonly path: string;
  /** Properties of Qubes as a whole: the defaults that VMs have. */
  readonly globals: Properties;
  readonly #file: QubesXmlFile;
  readonly #domains = new Map<XmlNode, StoredDomain>();

  constructor(path: string) {
    this.#file = new QubesXmlFile(path);
    this.path = path;
    this.globals = new Properties(this.#file.root, path);
  }

  /** @throws Refusal where there is no VM of that name */
  vm(name: string): StoredDomain {
    const node = this.#file.domainByName(name);
    if (node === undefined) throw new Refusal(`${this.path}: has no VM ${name}`);
    return this.#domain(node);
  }

  get adminVm(): StoredDomain {
    return this.vm(ADMIN_VM);
  }

  /** The VM that a property refers to, by id or by name; null for none, undefined where nothing is stored. */
  referred(owner: Properties, property: string): StoredDomain | null | undefined {
    const value = owner.stored(property);
    if (value === undefined) return undefined;
    if (value.ref === undefined && value.text.trim() === '') return null;
    return this.#byReference(value) ?? this.#unknown(owner, property, value);
  }

  /** A VM that is named where there is no property: a device's. */
  named(name: string): StoredDomain | undefined {
    const node = this.#file.domainByName(name);
    return node === undefined ? undefined : this.#domain(node);
  }

  #byReference({ ref, text }: StoredValue): StoredDomain | undefined {
    const node = ref === undefined ? this.#file.domainByName(text.trim()) : this.#file.domainById(ref);
    return node === undefined ? undefined : this.#domain(node);
  }

  #unknown(owner: Properties, property: string, { ref, text }: StoredValue): never {
    const which = JSON.stringify(ref ?? text.trim());
    throw owner.problem(property, `refers to ${which}, and there is no such VM in the file`);
  }

  #domain(node: XmlNode): StoredDomain {
    const domain = this.#domains.get(node) ?? new StoredDomain(node, this.path);
    this.#domains.set(node, domain);
    return domain;
  }

  /** The name of a VM's label. */
  label(vm: StoredDomain): string {
    const value = vm.stored('label');
    if (value === undefined) throw vm.problem('label', 'is missing');
    if (value.ref === undefined) return value.text.trim();
    const label = items(this.#file.root, 'labels', 'label').find(each => each.attributes['id'] === value.ref);
    if (label === undefined) {
      throw vm.problem(
        'label',
        `refers to ${JSON.stringify(value.ref)}, and there is no such label in the file`,
      );
    }
    return label.text.trim();
  }

  /** The element of a pool; undefined where there is none of that name. */
  pool(name: string): XmlNode | undefined {
    return items(this.#file.root, 'pools', 'pool').find(({ attributes }) => attributes['name'] === name);
  }
}
