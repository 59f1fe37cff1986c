import {
  attributeOf,
  Dict,
  equals,
  HostObject,
  hostFunction,
  raise,
  repr,
  type Value,
} from '../../jinja/index.ts';

/** Where a VM's features are looked for beyond the VM itself: all found when a template asks, not before. */
export interface FeatureRelations {
  template(): Features | null;
  netvm(): Features | null;
  adminVm(): Features | null;
}

/**
 * A VM's features: a dict of texts, with the look-ups that go on to other VMs. A feature that is set to "" is
 * found: it means "no", and ends the search.
 */
export class Features extends HostObject {
  readonly #values: Dict;
  readonly #relations: FeatureRelations;
  readonly #methods: ReadonlyMap<string, Value>;

  constructor(values: Dict, relations: FeatureRelations) {
    super();
    this.#values = values;
    this.#relations = relations;
    const lookUp = (name: string, find: (feature: Value) => Value | undefined): [string, Value] => [
      name,
      hostFunction(
        name,
        ['feature', ['default', null]],
        (feature, otherwise) => find(feature as Value) ?? (otherwise as Value | undefined) ?? null,
      ),
    ];
    this.#methods = new Map([
      lookUp('check_with_template', feature => this.withTemplate(feature)),
      lookUp('check_with_netvm', feature => this.withNetvm(feature)),
      lookUp('check_with_adminvm', feature => this.withAdminVm(feature)),
      lookUp(
        'check_with_template_and_adminvm',
        feature => this.withTemplate(feature) ?? this.withAdminVm(feature),
      ),
    ]);
  }

  own(feature: Value): Value | undefined {
    return this.#values.get(feature);
  }

  /** The feature of the VM, or of its template, or of that one's; undefined where none has it. */
  withTemplate(feature: Value): Value | undefined {
    return this.own(feature) ?? this.#relations.template()?.withTemplate(feature);
  }

  /** Likewise along the net qubes. */
  withNetvm(feature: Value): Value | undefined {
    return this.own(feature) ?? this.#relations.netvm()?.withNetvm(feature);
  }

  /** The feature of the VM, or of dom0. */
  withAdminVm(feature: Value): Value | undefined {
    return this.own(feature) ?? this.#relations.adminVm()?.own(feature);
  }

  override get typeName(): string {
    return 'Features';
  }

  override attribute(name: string): Value | undefined {
    return this.#methods.get(name) ?? attributeOf(this.#values, name);
  }

  override item(key: Value): Value {
    return this.#values.get(key) ?? raise('KeyError', repr(key));
  }

  override get hasItems(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.#values.keys();
  }

  override get isIterable(): boolean {
    return true;
  }

  override length(): number {
    return this.#values.size;
  }

  override truthy(): boolean {
    return this.#values.size > 0;
  }

  override contains(needle: Value): boolean {
    return this.#values.has(needle);
  }

  override equals(other: Value): boolean {
    if (other instanceof Features) return equals(this.#values, other.#values);
    return other instanceof Dict && equals(this.#values, other);
  }

  override get isMapping(): boolean {
    return true;
  }

  override repr(): string {
    return repr(this.#values);
  }
}
