import { writeFileSync } from 'node:fs';
import t from 'tap';
import { readDescription } from '../../src/domain-xml/description/read.ts';
import {
  checkDeviceDescription,
  checkVmDescription,
} from '../../src/domain-xml/description/vm-description.ts';
import { description, SAMPLES, sampleFile } from './support/descriptions.ts';
import { folderWith } from './support/run.ts';

for (const sample of SAMPLES) {
  t.test(`The sample ${sample} is a description`, async t => {
    t.equal(readDescription(sampleFile(sample), checkVmDescription).name, 'work');
  });
}

for (const key of [
  'name',
  'uuid',
  'virt_mode',
  'memory',
  'maxmem',
  'vcpus',
  'features',
  'block_devices',
  'devices',
  'app',
]) {
  t.test(`A description without ${key} is refused, with the file and the key`, async t => {
    const folder = folderWith(t, {});
    const { [key]: _, ...rest } = description('hvm_pci') as unknown as Record<string, unknown>;
    writeFileSync(`${folder}/vm.json`, JSON.stringify(rest));
    t.throws(() => readDescription(`${folder}/vm.json`, checkVmDescription), {
      message: `${folder}/vm.json: ${key}: is missing`,
    });
  });
}

const VOLUME = { name: 'root', path: '/x:/y', rw: true, devtype: 'disk', domain: null, script: null };

const WRONG: [string, Record<string, unknown>, string][] = [
  ['a name with a slash', { name: '../x' }, 'name: "../x" is not a VM\'s name'],
  ['a name that is a number', { name: 7 }, "name: 7 is not a VM's name"],
  ['a UUID that is none', { uuid: 'x' }, 'uuid: must be a UUID, is the text "x"'],
  ['memory as text', { memory: '400' }, 'memory: must be a whole number, 1 or more, is the text "400"'],
  ['memory with a fraction', { memory: 1.5 }, 'memory: must be a whole number, 1 or more, is 1.5'],
  ['negative maxmem', { maxmem: -1 }, 'maxmem: must be a whole number, 0 or more, is -1'],
  ['no vcpus', { vcpus: 0 }, 'vcpus: must be a whole number, 1 or more, is 0'],
  ['debug as text', { debug: 'false' }, 'debug: must be true or false, is the text "false"'],
  [
    'a feature that is a number',
    { features: { timezone: -3600 } },
    'features.timezone: must be text, is -3600',
  ],
  ['a feature that is true', { features: { 'a b': true } }, 'features."a b": must be text, is true'],
  ['features as a list', { features: [] }, 'features: must be an object, is a list'],
  ['a kernel that is a list', { kernel: ['6.1'] }, 'kernel: must be text, is a list'],
  ['a template without a name', { template: { features: {} } }, 'template.name: is missing'],
  ['a template without features', { template: { name: 't' } }, 'template.features: is missing'],
  [
    'a template of a template without features',
    { template: { name: 't', features: {}, template: { name: 'u' } } },
    'template.template.features: is missing',
  ],
  ['a netvm that is a name', { netvm: 'sys-net' }, 'netvm: must be an object, is the text "sys-net"'],
  ['a MAC address that is none', { mac: '00:16' }, 'mac: must be a MAC address, is the text "00:16"'],
  ['dns as text', { dns: '10.0.0.1' }, 'dns: must be a list, is the text "10.0.0.1"'],
  ['volumes as an object', { block_devices: {} }, 'block_devices: must be a list, is an object'],
  ['a volume that is text', { block_devices: ['x'] }, 'block_devices[0]: must be an object, is the text "x"'],
  ['a volume without a path', { block_devices: [{ name: 'root' }] }, 'block_devices[0].path: is missing'],
  [
    'a volume of an unknown type',
    { block_devices: [{ name: 'a', path: '/x', rw: true, devtype: 'tape', domain: null, script: null }] },
    'block_devices[0].devtype: must be one of "disk", "cdrom", "floppy", "lun", is the text "tape"',
  ],
  [
    'a volume that is prepared as something else',
    { block_devices: [{ ...VOLUME, prepare: 'clone' }] },
    'block_devices[0].prepare: must be one of "snapshot", "origin", "reflink", "reflink-origin", is the text "clone"',
  ],
  [
    'a volume that is prepared and has a script',
    { block_devices: [{ ...VOLUME, prepare: 'snapshot', script: 'block-snapshot' }] },
    "block_devices[0].script: must be null where libvirt's hook is to prepare the device",
  ],
  [
    'a volume that is prepared in another domain',
    { block_devices: [{ ...VOLUME, prepare: 'origin', domain: 'sys-storage' }] },
    "block_devices[0].domain: must be null where libvirt's hook is to prepare the device",
  ],
  ['devices as a list', { devices: [] }, 'devices: must be an object, is a list'],
  [
    'an assignment without devices',
    { devices: { pci: [{ required: true, options: {}, devices: [] }] } },
    'devices.pci[0].devices: must have at least 1 in it',
  ],
  [
    'an assignment that does not say whether it is required',
    { devices: { usb: [{ options: {}, devices: [{}] }] } },
    'devices.usb[0].required: is missing',
  ],
  [
    'a PCI device without a slot',
    { devices: { pci: [{ required: true, options: {}, devices: [{ segment: '0000', bus: '00' }] }] } },
    'devices.pci[0].devices[0].device: is missing',
  ],
  [
    'a block device without a backend',
    { devices: { block: [{ required: true, options: {}, devices: [{ device_node: '/dev/sda' }] }] } },
    'devices.block[0].devices[0].backend_domain: is missing',
  ],
  [
    'dom0 that is not the first',
    { app: { host: { cpu_family_model: [6, 1] }, domains: [{ name: 'x', features: {} }] } },
    'app.domains[0]: must be dom0',
  ],
  [
    'a cpu model with one number',
    { app: { host: { cpu_family_model: [6] }, domains: [] } },
    'app.host.cpu_family_model: must have at least 2 in it',
  ],
];

for (const [title, changes, problem] of WRONG) {
  t.test(`A description with ${title} is refused`, async t => {
    t.throws(() => checkVmDescription({ ...description('pvh_net'), ...changes }), { message: problem });
  });
}

t.test('A file that is missing, empty, no JSON or no object is refused by name', async t => {
  const folder = folderWith(t, { 'empty.json': ' \n', 'broken.json': '{"name": ', 'list.json': '[]' });
  const read = (name: string) => () => readDescription(`${folder}/${name}`, checkVmDescription);
  t.throws(read('none.json'), { message: `${folder}/none.json: cannot be read: no such file or folder` });
  t.throws(read('empty.json'), {
    message: `${folder}/empty.json: is empty; a description in JSON is needed`,
  });
  t.throws(read('broken.json'), {
    message: `${folder}/broken.json, line 1, column 10: is not JSON: a value is expected, the text ends`,
  });
  t.throws(read('list.json'), { message: `${folder}/list.json: must be an object` });
  t.throws(read('.'), { message: `${folder}/.: cannot be read: is a folder` });
});

t.test('A device is taken alone, beside its options, or as an assignment of one device', async t => {
  const device = { segment: '0000', bus: '00', device: '1f', function: '0' };
  t.same(checkDeviceDescription({ ...device, options: { permissive: '1' } }, 'devices/pci.xml'), {
    device,
    options: { permissive: '1' },
  });
  t.same(checkDeviceDescription({ required: true, options: {}, devices: [device] }, 'devices/pci.xml'), {
    device,
    options: {},
  });
  t.same(checkDeviceDescription({ device, options: { permissive: '1' } }, 'devices/pci.xml'), {
    device,
    options: { permissive: '1' },
  });
  t.throws(() => checkDeviceDescription({ device: { ...device, bus: 7 } }, 'devices/pci.xml'), {
    message: 'device.bus: must be a hexadecimal number as text, is 7',
  });
  t.throws(() => checkDeviceDescription({ devices: [{ bus: '00' }] }, 'devices/pci.xml'), {
    message: 'devices[0].segment: is missing',
  });
  t.throws(() => checkDeviceDescription({ devices: [device, device] }, 'devices/pci.xml'), {
    message: 'devices: must have one device only in it',
  });
  t.throws(() => checkDeviceDescription({ ...device, bus: 'zz' }, 'devices/pci.xml'), {
    message: 'bus: must be a hexadecimal number as text, is the text "zz"',
  });
  t.throws(() => checkDeviceDescription({ device_node: '/dev/sda' }, 'devices/block.xml'), {
    message: 'backend_domain: is missing',
  });
  t.throws(() => checkDeviceDescription({ ...device, options: { a: 1 } }, 'devices/pci.xml'), {
    message: 'options.a: must be text, is 1',
  });
});
