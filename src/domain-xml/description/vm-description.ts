import { isVmName } from '../search/names.ts';
import {
  all,
  type Check,
  DescriptionError,
  dictionaryOf,
  flag,
  isJsonObject,
  type JsonObject,
  listOf,
  matching,
  objectWith,
  orNull,
  text,
  whole,
} from './checks.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;
const HEXADECIMAL = /^[0-9a-f]{1,8}$/i;

const vmName: Check = (value, key) => {
  if (typeof value !== 'string' || !isVmName(value)) {
    throw new DescriptionError(key, `${JSON.stringify(value)} is not a VM's name`);
  }
};

const features = dictionaryOf(text);

/** Another VM that this one refers to, as far as templates look at it. */
const otherVm: Check = (value, key) => OTHER_VM(value, key);

/** One in which features are looked up: a list left out would give other answers than an empty one. */
const vmWithFeatures: Check = (value, key) => VM_WITH_FEATURES(value, key);

const OTHER_VM_FIELDS = {
  features,
  running: flag,
  xid: orNull(whole(-1)),
  gateway: orNull(text),
  template: orNull(vmWithFeatures),
  netvm: orNull(vmWithFeatures),
};
/** One of app.domains, which others refer to by name. */
const KNOWN_VM_FIELDS = { ...OTHER_VM_FIELDS, template: orNull(otherVm), netvm: orNull(otherVm) };
const KNOWN_VM = objectWith({ name: vmName }, KNOWN_VM_FIELDS);
const OTHER_VM = objectWith({ name: vmName }, OTHER_VM_FIELDS);
const VM_WITH_FEATURES = objectWith({ name: vmName, features }, OTHER_VM_FIELDS);

const pciAddress = matching(HEXADECIMAL, 'a hexadecimal number as text');

const pciDevice = objectWith({
  segment: pciAddress,
  bus: pciAddress,
  device: pciAddress,
  function: pciAddress,
});

const blockDevice = objectWith({ device_node: text, backend_domain: vmWithFeatures });

function assignmentOf(device: Check): Check {
  return all(
    objectWith({
      required: flag,
      options: dictionaryOf(text),
      devices: listOf(device),
    }),
    somewhere,
  );
}

/** What a VM does not start without has to be known; what it can do without may be nowhere. */
const somewhere: Check = (value, key) => {
  if (isJsonObject(value) && value['required'] === true)
    listOf(() => {}, { atLeast: 1 })(value['devices'], `${key}.devices`);
};

const anyDevice = objectWith({});

const devices: Check = all(dictionaryOf(listOf(assignmentOf(anyDevice))), (value, key) => {
  objectWith({}, { pci: listOf(assignmentOf(pciDevice)), block: listOf(assignmentOf(blockDevice)) })(
    value,
    key,
  );
});

/** Where libvirt's hook makes the device (`prepare`), no script does, and the disk is of this machine. */
const onlyOneMaker: Check = (value, key) => {
  if (!isJsonObject(value) || !value['prepare']) return;
  for (const other of ['script', 'domain'])
    if (value[other])
      throw new DescriptionError(
        `${key}.${other}`,
        "must be null where libvirt's hook is to prepare the device",
      );
};

const volume = all(
  objectWith(
    {
      name: text,
      path: text,
      rw: flag,
      devtype: matching(/^(disk|cdrom|floppy|lun)$/, 'one of "disk", "cdrom", "floppy", "lun"'),
      domain: orNull(text),
      script: orNull(text),
    },
    {
      prepare: orNull(
        matching(
          /^(snapshot|origin|reflink|reflink-origin)$/,
          'one of "snapshot", "origin", "reflink", "reflink-origin"',
        ),
      ),
    },
  ),
  onlyOneMaker,
);

const adminVmFirst: Check = (value, key) => {
  const first = Array.isArray(value) ? value[0] : undefined;
  if (!isJsonObject(first) || first['name'] !== 'dom0') {
    throw new DescriptionError(`${key}[0]`, 'must be dom0');
  }
  VM_WITH_FEATURES(first, `${key}[0]`);
};

const app = objectWith({
  host: objectWith({ cpu_family_model: listOf(whole(0), { atLeast: 2 }) }),
  domains: all(listOf(KNOWN_VM, { atLeast: 1 }), adminVmFirst),
});

const VM = objectWith(
  {
    name: vmName,
    uuid: matching(UUID, 'a UUID'),
    virt_mode: text,
    memory: whole(1),
    maxmem: whole(0),
    vcpus: whole(1),
    features,
    block_devices: listOf(volume),
    devices,
    app,
  },
  {
    qid: whole(0),
    xid: orNull(whole(-1)),
    klass: text,
    use_memory_hotplug: flag,
    debug: flag,
    kernel: orNull(text),
    kernel_path: orNull(text),
    initramfs_path: orNull(text),
    kernelopts: text,
    kernelopts_common: text,
    bootmode_kernelopts: text,
    stubdom_mem: orNull(whole(0)),
    template: orNull(vmWithFeatures),
    netvm: orNull(vmWithFeatures),
    mac: matching(MAC, 'a MAC address'),
    ip: orNull(text),
    ip6: orNull(text),
    dns: orNull(listOf(text)),
    netmask: orNull(text),
    audiovm: orNull(otherVm),
    guivm: orNull(otherVm),
    running: flag,
    label: objectWith({ name: text }),
    volumes: dictionaryOf(objectWith({})),
    release: text,
    tags: listOf(text),
    storage: objectWith({}),
  },
);

const DEVICES = new Map([
  ['devices/block.xml', blockDevice],
  ['devices/pci.xml', pciDevice],
]);

/** A VM's description that has what the default templates need, everything of the right type. */
export interface VmDescription extends JsonObject {
  name: string;
}

/**
 * Gives the document back as a VM's description.
 * @throws DescriptionError for the first key that is wrong
 */
export function checkVmDescription(document: unknown): VmDescription {
  if (!isJsonObject(document)) throw new DescriptionError('', 'must be an object');
  VM(document, '');
  return document as VmDescription;
}

/** A device as it is handed to a part: the device's own keys, with `options` (texts, may be absent) among them. */
export interface DeviceDescription {
  device: JsonObject;
  options: JsonObject;
}

/**
 * Gives the document back as a device for that part: the device itself with an `options` key, the two apart
 * (`{"device": {…}, "options": {…}}`), or an assignment (`{"options": …, "devices": [one]}`) as it stands in
 * a VM's description.
 * @throws DescriptionError
 */
export function checkDeviceDescription(document: unknown, part: string): DeviceDescription {
  if (!isJsonObject(document)) throw new DescriptionError('', 'must be an object');
  const check = DEVICES.get(part) ?? anyDevice;
  const { options = {}, ...rest } = document;
  dictionaryOf(text)(options, 'options');
  const { device, key } = deviceIn(rest);
  check(device, key);
  return { device: device as JsonObject, options: options as JsonObject };
}

/** The device, and the key that it stands at. A PCI device has a `device` of its own, but that is a text. */
function deviceIn(document: JsonObject): { device: unknown; key: string } {
  const { device, devices } = document;
  if (isJsonObject(device)) return { device, key: 'device' };
  if (devices === undefined) return { device: document, key: '' };
  listOf(anyDevice, { atLeast: 1 })(devices, 'devices');
  const [first, second] = devices as unknown[];
  if (second !== undefined) throw new DescriptionError('devices', 'must have one device only in it');
  return { device: first, key: 'devices[0]' };
}
