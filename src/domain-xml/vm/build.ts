import { Dict, fromJson, PlainTuple, raise, Tuple, type Value } from '../../jinja/index.ts';
import { isJsonObject, type JsonObject } from '../description/checks.ts';
import type { DeviceDescription, VmDescription } from '../description/vm-description.ts';
import { type Assignment, DeviceClasses, DeviceCollection } from './devices.ts';
import { Domains } from './domains.ts';
import { Features } from './features.ts';
import { type MissingAttribute, VmRecord } from './record.ts';
import { Uuid } from './uuid.ts';
import { Vm } from './vm.ts';

/** Makes the objects that templates see from a checked description. One builder serves one description. */
export class VmBuilder {
  readonly #onMissing: MissingAttribute;
  /** What app.domains says of VMs, and the VMs made of it: what refers to one by its name alone is that very one. */
  readonly #known = new Map<string, EmptyVm>();
  /** The VM itself: it may be among those that it refers to, with a device of its own. */
  #own: EmptyVm | null = null;
  #app: VmRecord | null = null;
  #domains: Domains | null = null;

  constructor(onMissing: MissingAttribute) {
    this.#onMissing = onMissing;
  }

  /** The VM itself: its `app` is that of every other VM made here. */
  vm(description: VmDescription): Vm {
    const own = { description, ...this.#emptyVm(description) };
    this.#own = own;
    const app = description['app'];
    if (isJsonObject(app)) this.#buildApp(app, own);
    this.#fill(own);
    return own.vm;
  }

  /** The variables of a part beside `vm`. */
  device({ device, options }: DeviceDescription): Map<string, Value> {
    return new Map<string, Value>([
      ['device', this.#device(device)],
      ['options', fromJson(options)],
      ['power_mgmt', this.#domains?.adminVm?.features?.own('suspend-s0ix') ?? false],
    ]);
  }

  #buildApp(app: JsonObject, own: EmptyVm): void {
    const fields = this.#fields(app, ['host', 'domains']);
    this.#app = new VmRecord('Qubes', fields, this.#onMissing);
    const list = Array.isArray(app['domains']) ? app['domains'].filter(isJsonObject) : [];
    // All of them are there before the first is filled: they refer to each other.
    const vms = list.map(description => {
      const isOwn = description['name'] === own.description['name'];
      const vm = isOwn ? own : { description, ...this.#emptyVm(description) };
      this.#known.set(vm.vm.name, vm);
      return vm;
    });
    this.#domains = new Domains(vms.map(({ vm }) => vm));
    fields.set('domains', this.#domains);
    if (isJsonObject(app['host'])) fields.set('host', this.#host(app['host']));
    for (const each of vms) if (each !== own) this.#fill(each);
  }

  #host(host: JsonObject): VmRecord {
    const fields = this.#fields(host, ['cpu_family_model']);
    fields.set('cpu_family_model', tuple(host['cpu_family_model']));
    return new VmRecord('QubesHost', fields, this.#onMissing);
  }

  /** Another VM: what is not said of it where it is referred to, app.domains may say. */
  #vm(description: JsonObject): Vm {
    const known = this.#known.get(String(description['name']));
    const isAll = Object.keys(description).length === 1;
    if (known !== undefined && (isAll || known === this.#own)) return known.vm;
    const all = { ...known?.description, ...description };
    const made = { description: all, ...this.#emptyVm(all) };
    this.#fill(made);
    return made.vm;
  }

  #emptyVm(description: JsonObject): Omit<EmptyVm, 'description'> {
    const fields = new Map<string, Value>();
    const name = String(description['name']);
    const typeName = typeof description['klass'] === 'string' ? description['klass'] : 'QubesVM';
    const running = description['running'];
    const isRunning = typeof running === 'boolean' ? running : undefined;
    return { fields, vm: new Vm({ name, typeName, fields, isRunning, onMissing: this.#onMissing }) };
  }

  #fill({ description, fields, vm }: EmptyVm): void {
    for (const [key, value] of Object.entries(description)) {
      if (!NO_ATTRIBUTES.has(key)) fields.set(key, this.#value(vm, key, value));
    }
    if (this.#app !== null) fields.set('app', this.#app);
  }

  #value(vm: Vm, key: string, value: unknown): Value {
    switch (key) {
      case 'uuid':
        return typeof value === 'string' ? new Uuid(value) : null;
      case 'dns':
        return Array.isArray(value) ? new PlainTuple(value.map(fromJson)) : fromJson(value);
      case 'block_devices':
        return Array.isArray(value) ? value.map(item => this.#record('BlockDevice', item)) : null;
      case 'features':
        return isJsonObject(value) ? this.#features(vm, value) : null;
      case 'devices':
        return isJsonObject(value) ? this.#deviceClasses(value) : null;
      case 'volumes':
        return isJsonObject(value) ? this.#volumes(value) : null;
      case 'label':
        return isJsonObject(value) ? this.#label(value) : null;
      case 'storage':
        return isJsonObject(value) ? this.#record('Storage', value) : null;
      default:
        return isJsonObject(value) && this.#isVm(key, value) ? this.#vm(value) : fromJson(value);
    }
  }

  #isVm(key: string, value: JsonObject): boolean {
    if (VMS.has(key)) return true;
    return Object.keys(value).length === 1 && this.#known.has(String(value['name']));
  }

  #label(label: JsonObject): VmRecord {
    const name = String(label['name']);
    return this.#record('Label', { icon: `appvm-${name}`, icon_dispvm: `dispvm-${name}`, ...label });
  }

  #volumes(volumes: JsonObject): Dict {
    return Dict.from(
      Object.entries(volumes).map(([name, volume]) => [name, this.#record('Volume', volume, 'vid')]),
    );
  }

  #features(vm: Vm, values: JsonObject): Features {
    return new Features(Dict.from(Object.entries(values).map(([key, value]) => [key, String(value)])), {
      template: () => featuresOf(vm.related('template')),
      netvm: () => featuresOf(vm.related('netvm')),
      adminVm: () => this.#domains?.adminVm?.features ?? null,
    });
  }

  #deviceClasses(classes: JsonObject): DeviceClasses {
    const collections = new Map<string, DeviceCollection>();
    for (const [name, assignments] of Object.entries(classes)) {
      const list = Array.isArray(assignments) ? assignments.filter(isJsonObject) : [];
      collections.set(name, new DeviceCollection(list.map(assignment => this.#assignment(assignment))));
    }
    return new DeviceClasses(collections);
  }

  #assignment(assignment: JsonObject): Assignment {
    const list = Array.isArray(assignment['devices']) ? assignment['devices'] : [];
    const devices = list.filter(isJsonObject).map(device => this.#device(device));
    const fields = this.#fields(assignment, ['devices']);
    fields.set('devices', [...devices]);
    // R4.2 and before: an assignment was of one device.
    if (devices[0] !== undefined) fields.set('device', devices[0]);
    const record = new VmRecord('DeviceAssignment', fields, this.#onMissing);
    return { required: assignment['required'] === true, devices, record };
  }

  #device(device: JsonObject): VmRecord {
    const fields = this.#fields(device, ['backend_domain']);
    const backend = device['backend_domain'];
    if (isJsonObject(backend)) fields.set('backend_domain', this.#vm(backend));
    return new VmRecord('DeviceInfo', fields, this.#onMissing);
  }

  #record(typeName: string, value: unknown, printsAs?: string): VmRecord {
    const fields = this.#fields(isJsonObject(value) ? value : {}, []);
    return new VmRecord(typeName, fields, this.#onMissing, printsAs);
  }

  #fields(json: JsonObject, except: readonly string[]): Map<string, Value> {
    const fields = new Map<string, Value>();
    for (const [key, value] of Object.entries(json)) {
      if (!except.includes(key)) fields.set(key, fromJson(value));
    }
    return fields;
  }
}

interface EmptyVm {
  description: JsonObject;
  /** The VM's own: what is put in here it has. */
  fields: Map<string, Value>;
  vm: Vm;
}

/** The keys that say something of a description that is no attribute of a VM in Qubes. */
const NO_ATTRIBUTES: ReadonlySet<string> = new Set(['release', 'running']);

/** The keys of a VM that are other VMs, whatever is said of them; others are when they name one of app.domains. */
const VMS: ReadonlySet<string> = new Set(['template', 'netvm', 'guivm', 'audiovm']);

/** Features that a description leaves out are not known, which is not the same as not set. */
function featuresOf(vm: Vm | null): Features | null {
  if (vm === null) return null;
  return (
    vm.features ?? raise('UndefinedError', `the description does not say which features VM ${vm.name} has`)
  );
}

// A tuple in Qubes: it prints with parentheses, and `in [(6, 58)]` compares it with tuples.
function tuple(value: unknown): Tuple {
  return new Tuple(Array.isArray(value) ? value.map(fromJson) : []);
}
