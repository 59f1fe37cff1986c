import { Refusal } from '../../words/refusal.ts';
import type { Release } from '../qubes/release.ts';
import { wholeNumber } from '../qubes/values.ts';
import { ADMIN_VM, type Label } from '../qubes/vm-data.ts';
import { Properties, StoredDomain, type StoredValue } from './domain.ts';
import { QubesXmlFile } from './file.ts';
import { items, type XmlNode } from './tree.ts';

/**
 * Everything in a qubes.xml, and what refers to what in it.
 * @throws Refusal
 */
export class QubesStore {
  readonly path: string;
  /** By whose rules it is read. */
  readonly release: Release;
  /** Properties of Qubes as a whole: the defaults that VMs have. */
  readonly globals: Properties;
  readonly #file: QubesXmlFile;
  readonly #absentAdminVm: XmlNode = {
    name: 'domain',
    attributes: { id: 'domain-0', class: 'AdminVM' },
    children: [],
    text: '',
  };
  readonly #domains = new Map<XmlNode, StoredDomain>();

  constructor(path: string, release: Release) {
    this.release = release;
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

  /** Dom0, which is there also where the file says nothing of it. */
  get adminVm(): StoredDomain {
    const node = this.#file.domainByName(ADMIN_VM) ?? this.#absentAdminVm;
    return this.#domain(node);
  }

  /** All VMs, dom0 as well, by name. */
  get vms(): ReadonlyMap<string, string> {
    return this.#file.classes;
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
    if (name === ADMIN_VM) return this.adminVm;
    const node = this.#file.domainByName(name);
    return node === undefined ? undefined : this.#domain(node);
  }

  #byReference({ ref, text }: StoredValue): StoredDomain | undefined {
    if (ref === undefined) return this.named(text.trim());
    const node = this.#file.domainById(ref);
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

  /** A VM's label. */
  label(vm: StoredDomain): Label {
    const value = vm.stored('label');
    if (value === undefined) throw vm.problem('label', 'is missing');
    const label = items(this.#file.root, 'labels', 'label').find(({ attributes, text }) =>
      value.ref === undefined ? text.trim() === value.text.trim() : attributes['id'] === value.ref,
    );
    if (label === undefined) {
      const which = JSON.stringify(value.ref ?? value.text.trim());
      throw vm.problem('label', `refers to ${which}, and there is no such label in the file`);
    }
    return {
      name: label.text.trim(),
      index: wholeNumber(label.attributes['id']?.replace(/^label-/, '') ?? ''),
      color: label.attributes['color'],
    };
  }

  /** The element of a pool; undefined where there is none of that name. */
  pool(name: string): XmlNode | undefined {
    return items(this.#file.root, 'pools', 'pool').find(({ attributes }) => attributes['name'] === name);
  }

  /** The name of a pool that is kept by that driver. */
  poolOfDriver(driver: string): string | undefined {
    const pool = items(this.#file.root, 'pools', 'pool').find(
      ({ attributes }) => attributes['driver'] === driver,
    );
    return pool?.attributes['name'];
  }
}
