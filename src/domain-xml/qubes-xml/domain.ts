import { Refusal } from '../../words/refusal.ts';
import { truth, wholeNumber } from '../qubes/values.ts';
import type { FeatureValues } from '../qubes/vm-data.ts';
import { isVmName } from '../search/names.ts';
import { child, items, type XmlNode } from './tree.ts';

/** A stored value: a text, or the id of what it refers to. */
export interface StoredValue {
  text: string;
  /** As "domain-3", "label-1"; undefined for a text. */
  ref: string | undefined;
}

/** What has properties: a VM, or Qubes as a whole. A missing or wrong one is an error with the file, the VM and its name. */
export class Properties {
  /** For messages: the file, and the VM. */
  readonly where: string;
  readonly #values = new Map<string, StoredValue>();

  constructor(node: XmlNode, where: string) {
    this.where = where;
    for (const { attributes, text } of items(node, 'properties', 'property')) {
      const name = attributes['name'];
      if (name === undefined) throw new Refusal(`${where}: has a <property> without a name`);
      if (this.#values.has(name)) throw this.problem(name, 'is there twice');
      this.#values.set(name, { text, ref: attributes['ref'] });
    }
  }

  /** Undefined for what is not stored: the default holds. */
  stored(name: string): StoredValue | undefined {
    return this.#values.get(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value?.ref) throw this.problem(name, `must be text, refers to ${JSON.stringify(value.ref)}`);
    return value?.text;
  }

  /** A text that has to be there: there is no rule for it. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw this.problem(name, 'is missing');
    return value;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = wholeNumber(text.trim());
    if (number === undefined) throw this.problem(name, `must be a whole number, is ${JSON.stringify(text)}`);
    return number;
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const flag = truth(text.trim());
    if (flag === undefined) throw this.problem(name, `must be True or False, is ${JSON.stringify(text)}`);
    return flag;
  }

  problem(name: string, what: string): Refusal {
    return new Refusal(`${this.where}: property ${name} ${what}`);
  }
}

/** A VM as qubes.xml has it. */
export class StoredDomain extends Properties {
  readonly name: string;
  readonly klass: string;
  readonly node: XmlNode;
  readonly features: FeatureValues;

  constructor(node: XmlNode, file: string) {
    const klass = node.attributes['class'];
    const id = node.attributes['id'] ?? 'without an id';
    const isAdmin = klass === 'AdminVM';
    const stored = items(node, 'properties', 'property').find(
      ({ attributes }) => attributes['name'] === 'name',
    );
    const name = isAdmin ? 'dom0' : (stored?.text.trim() ?? '');
    super(node, name === '' ? `${file}, domain ${id}` : `${file}, VM ${name}`);
    if (klass === undefined) throw new Refusal(`${this.where}: has no class`);
    if (!isVmName(name)) throw this.problem('name', `must be a VM's name, is ${JSON.stringify(name)}`);
    this.name = name;
    this.klass = klass;
    this.node = node;
    this.features = this.#readFeatures();
  }

  get tags(): string[] {
    return items(this.node, 'tags', 'tag').map(({ attributes }) => attributes['name'] ?? '');
  }

  /** The elements of the devices of one class. */
  devices(devclass: string): XmlNode[] {
    const lists = this.node.children.filter(
      ({ name, attributes }) => name === 'devices' && attributes['class'] === devclass,
    );
    return lists.flatMap(({ children }) => children.filter(({ name }) => name === 'device'));
  }

  get volumes(): XmlNode[] {
    return child(this.node, 'volume-config')?.children.filter(({ name }) => name === 'volume') ?? [];
  }

  #readFeatures(): FeatureValues {
    const values = new Map<string, string>();
    for (const { attributes, text } of items(this.node, 'features', 'feature')) {
      const name = attributes['name'];
      if (name === undefined) throw new Refusal(`${this.where}: has a <feature> without a name`);
      if (values.has(name)) throw new Refusal(`${this.where}: feature ${name} is there twice`);
      values.set(name, text);
    }
    return values;
  }
}
