import {
  Dict,
  fromJson,
  HostObject,
  hostFunction,
  raise,
  repr,
  Tuple,
  type Value,
} from '../../src/jinja/index.ts';

/** A virtual machine with what the sample templates use of it, of a description in JSON. */
export function machineOf(description: unknown): Value {
  return machine(fromJson(description) as Dict);
}

function machine(description: Dict): Value {
  const attributes = new Map<string, Value>();
  for (const [key, value] of description.pairs()) attributes.set(String(key), nested(String(key), value));
  const running = description.get('running') === true;
  attributes.set(
    'is_running',
    hostFunction('is_running', [], () => running),
  );
  attributes.set(
    'is_halted',
    hostFunction('is_halted', [], () => !running),
  );
  return new SampleObject(attributes, String(description.get('name') ?? 'vm'));
}

function nested(key: string, value: Value): Value {
  if (key === 'features' && value instanceof Dict) return new SampleFeatures(value);
  if (key === 'devices' && value instanceof Dict) return new SampleDevices(value);
  if (value instanceof Dict) return machine(value);
  // These two are tuples in the program that the templates were written for.
  if ((key === 'dns' || key === 'cpu_family_model') && Array.isArray(value)) return new Tuple(value);
  if (Array.isArray(value)) return value.map(item => (item instanceof Dict ? machine(item) : item));
  return value;
}

class SampleObject extends HostObject {
  readonly #attributes: Map<string, Value>;
  readonly #name: string;

  constructor(attributes: Map<string, Value>, name: string) {
    super();
    this.#attributes = attributes;
    this.#name = name;
  }

  override attribute(name: string): Value | undefined {
    return this.#attributes.get(name);
  }

  override str(): string {
    return this.#name;
  }
}

class SampleFeatures extends HostObject {
  readonly #features: Dict;

  constructor(features: Dict) {
    super();
    this.#features = features;
  }

  override attribute(name: string): Value | undefined {
    const features = this.#features;
    const find = (key: Value, otherwise: Value): Value =>
      features.has(key) ? (features.get(key) ?? null) : otherwise;
    switch (name) {
      case 'get':
      case 'check_with_template':
        return hostFunction(name, ['feature', ['default', null]], (key = null, otherwise = null) =>
          find(key, otherwise),
        );
      case 'keys':
        return hostFunction(name, [], () => Array.from(features.keys()));
      case 'items':
        return hostFunction(name, [], () => Array.from(features.pairs(), pair => [...pair]));
      default:
        return undefined;
    }
  }

  override get hasItems(): boolean {
    return true;
  }

  override item(key: Value): Value {
    return this.#features.get(key) ?? raise('KeyError', repr(key));
  }

  override contains(key: Value): boolean {
    return this.#features.has(key);
  }
}

class SampleDevices extends HostObject {
  readonly #classes: Dict;

  constructor(classes: Dict) {
    super();
    this.#classes = classes;
  }

  override attribute(name: string): Value | undefined {
    return this.item(name);
  }

  override get hasItems(): boolean {
    return true;
  }

  override item(key: Value): Value {
    const assigned = this.#classes.get(key);
    const assignments = (Array.isArray(assigned) ? assigned : []).map(item => assignment(item as Dict));
    const list = hostFunction('get_assigned_devices', [['required_only', false]], () => assignments);
    return new SampleObject(new Map([['get_assigned_devices', list]]), String(key));
  }
}

function assignment(description: Dict): Value {
  const attributes = new Map<string, Value>();
  for (const [key, value] of description.pairs()) attributes.set(String(key), nested(String(key), value));
  const [device = null] = attributes.get('devices') as Value[];
  attributes.set('device', device);
  return new SampleObject(attributes, 'assignment');
}
