import { Dict, fromJson, Tuple, type Value } from '../../jinja/index.ts';
import { isJsonObject, type JsonObject } from '../description/checks.ts';
import type { DeviceDescription, VmDescription } from '../description/vm-description.ts';
import { type Assignment, DeviceClasses, DeviceCollection } from './devices.ts';
import { Domains } from './domains.ts';
import { Features } from './features.ts';
import { type MissingAttribute, VmRecord } from './record.ts';
import { Vm } from './vm.ts';

/** Makes the objects that templates see from a checked description. One builder serves one description. */
export class VmBuilder {
  readonly #onMissing: MissingAttribute;
  #app: VmRecord | null = null;
  #domains: Domains | null = null;

  constructor(onMissing: MissingAttribute) {
    this.#onMissing = onMissing;
  }

  /** The VM itself: its `app` is that of every other VM made here. */
  vm(description: VmDescription): Vm {
    const app = description['app'];
    if (isJsonObject(app)) this.#buildApp(app);
    return this.#vm(description);
  }

  /** The variables of a part beside `vm`. */
  device({ device, options }: DeviceDescription): Map<string, Value> {
    return new Map<string, Value>([
      ['device', this.#device(device)],
      ['options', fromJson(options)],
      ['power_mgmt', this.#domains?.adminVm?.features?.own('suspend-s0ix') ?? false],
    ]);
  }

  #buildApp(app: JsonObject): void {
    const domains: Vm[] = [];
    this.#domains = new Domains(domains);
    const fields = this.#fields(app, ['host', 'domains']);
    fields.set('domains', this.#domains);
    if (isJsonObject(app['host'])) fields.set('host', this.#host(app['host']));
    this.#app = new VmRecord('Qubes', fields, this.#onMissing);
    if (Array.isArray(app['domains'])) {
      for (const domain of app['domains']) if (isJsonObject(domain)) domains.push(this.#vm(domain));
    }
  }

  #host(host: JsonObject): VmRecord {
    const fields = this.#fields(host, ['cpu_family_model']);
    fields.set('cpu_family_model', tuple(host['cpu_family_model']));
    return new VmRecord('QubesHost', fields, this.#onMissing);
  }

  #vm(description: JsonObject): Vm {
    const fields = this.#fields(description, SPECIAL_KEYS);
    const name = String(description['name']);
    const typeName = typeof description['klass'] === 'string' ? description['klass'] : 'QubesVM';
    const vm = new Vm({ name, typeName, fields, onMissing: this.#onMissing });
    for (const key of SPECIAL_KEYS) {
      if (Object.hasOwn(description, key)) fields.set(key, this.#special(vm, key, description[key]));
    }
    if (this.#app !== null) fields.set('app', this.#app);
    return vm;
  }

  #special(vm: Vm, key: (typeof SPECIAL_KEYS)[number], value: unknown): Value {
    if (key === 'dns') return tuple(value);
    if (Array.isArray(value)) return value.map(item => this.#record('BlockDevice', item));
    if (!isJsonObject(value)) return null;
    switch (key) {
      case 'features':
        return this.#features(vm, value);
      case 'devices':
        return this.#deviceClasses(value);
      case 'label':
        return this.#record('Label', value);
      case 'storage':
        return this.#record('Storage', value);
      default:
        return this.#vm(value);
    }
  }

  #features(vm: Vm, values: JsonObject): Features {
    return new Features(Dict.from(Object.entries(values).map(([key, value]) => [key, String(value)])), {
      template: () => vm.related('template')?.features ?? null,
      netvm: () => vm.related('netvm')?.features ?? null,
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

  #record(typeName: string, value: unknown): VmRecord {
    return new VmRecord(typeName, this.#fields(isJsonObject(value) ? value : {}, []), this.#onMissing);
  }

  #fields(json: JsonObject, except: readonly string[]): Map<string, Value> {
    const fields = new Map<string, Value>();
    for (const [key, value] of Object.entries(json)) {
      if (!except.includes(key)) fields.set(key, fromJson(value));
    }
    return fields;
  }
}

/** The keys of a VM whose values are objects of their own; everything else is as JSON has it. */
const SPECIAL_KEYS = [
  'template',
  'netvm',
  'guivm',
  'audiovm',
  'features',
  'dns',
  'block_devices',
  'devices',
  'label',
  'storage',
] as const;

// Tuples in Qubes: they print with parentheses, and `in [(6, 58)]` compares them with tuples.
function tuple(value: unknown): Tuple {
  return new Tuple(Array.isArray(value) ? value.map(fromJson) : []);
}
