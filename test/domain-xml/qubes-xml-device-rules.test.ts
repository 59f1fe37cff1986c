import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { describe } from '../../src/domain-xml/description/describe.ts';
import { pciAddressOf } from '../../src/domain-xml/qubes/pci-device.ts';
import { PciSlots } from '../../src/domain-xml/qubes/pci-slots.ts';
import { household, kernels, pci, stored, testRules } from './support/qubes-household.ts';
import type { Model, ModelDevice } from './support/qubes-model.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { Qubesd } from './support/qubesd.ts';
import { folderWith } from './support/run.ts';

/** Of a VM that there is not (any more). */
const GONE: ModelDevice = { backend: 'gone', port: 'sda' };
const CARD: ModelDevice = { backend: 'dom0', port: '00_1f.2' };

testRules([
  [
    'a device without a mode is required, as R4.2 had it',
    household({ pci: [CARD] }),
    { devices: { pci: [{ required: true }] } },
  ],
  [
    'a device with another mode is not required',
    household({ pci }),
    { devices: { pci: [{ required: false, devices: [{ bus: '00' }] }] } },
  ],
  [
    'before R4.3 every device is required',
    household({ pci }),
    { devices: { pci: [{ required: true }] } },
    '4.2',
  ],
  [
    'a device of an unknown mode is none',
    household({ pci: [{ ...CARD, mode: 'perhaps' }] }),
    { devices: { pci: [] }, virt_mode: 'pvh' },
  ],
  [
    'a device of a VM that has been removed is none',
    household({ block: [GONE], pci: [{ ...CARD, backend: 'gone' }] }),
    { devices: { block: [], pci: [] }, virt_mode: 'pvh' },
  ],
  [
    'a device that may be anywhere is in no place yet',
    household({ block: [{ backend: 'dom0', port: '*', mode: 'auto-attach', identity: 'a:b' }] }),
    { devices: { block: [{ required: false, devices: [] }] } },
  ],
  [
    'a device that may be of any VM is in no place yet',
    household({ block: [{ backend: '', port: 'sda', mode: 'ask-to-attach' }] }),
    { devices: { block: [{ required: false, devices: [] }] } },
  ],
  [
    'a PCI device that is nowhere does not keep a VM from starting that does not require it',
    household({ pci: [{ ...CARD, port: '00_1e.7-00_00.0', mode: 'auto-attach' }] }),
    { devices: { pci: [{ required: false, devices: [] }] }, virt_mode: 'hvm' },
  ],
  [
    'devices come in the order of the file, which is that of their letters',
    household({
      block: [
        { backend: 'dom0', port: 'sdb' },
        { backend: 'dom0', port: 'loop7' },
        { backend: 'dom0', port: 'sda' },
      ],
    }),
    {
      devices: {
        block: [
          { devices: [{ device_node: '/dev/sdb' }] },
          { devices: [{ device_node: '/dev/loop7' }] },
          { devices: [{ device_node: '/dev/sda' }] },
        ],
      },
    },
  ],
  [
    "an option without a value is qubesd's None",
    household({ block: [{ backend: 'dom0', port: 'sda', options: { 'read-only': '' } }] }),
    { devices: { block: [{ options: { 'read-only': 'None' } }] } },
  ],
]);

t.test(
  'A PCI device behind bridges is found through the numbers that the kernel gave their buses',
  async t => {
    const devices = folderWith(t, {
      '0000:00:1c.0/secondary_bus_number': '3\n',
      '0000:04:02.0/secondary_bus_number': '171\n',
      '0000:00:1d.0/secondary_bus_number': 'x\n',
    });
    const slots = new PciSlots(devices);
    t.same(pciAddressOf('00_1c.0-00_00.1', 'work', slots), {
      segment: '0000',
      bus: '03',
      device: '00',
      function: '1',
    });
    t.same(pciAddressOf('00_1c.0-01_02.0-00_1f.7', 'work', slots), {
      segment: '0000',
      bus: 'ab',
      device: '1f',
      function: '7',
    });
    t.throws(() => pciAddressOf('00_1e.0-00_00.0', 'work', slots), {
      message:
        /^VM work, PCI device 00_1e\.0-00_00\.0: .*0000:00:1e\.0\/secondary_bus_number: this machine has no such bridge$/,
    });
    t.throws(() => pciAddressOf('00_1d.0-00_00.0', 'work', slots), { message: /is not a bus number$/ });
    t.throws(() => pciAddressOf('00_1c.8', 'work', slots), { message: /is not of the form BB_DD\.F/ });
  },
);

/** Sysfs' files of a device. */
function slot(address: string, vendor: string, device: string, kind: string): Record<string, string> {
  return {
    [`${address}/vendor`]: `${vendor}\n`,
    [`${address}/device`]: `${device}\n`,
    [`${address}/class`]: `${kind}\n`,
  };
}

const DISPLAY = '0x10de:0x9999::p030000';
const NETWORK = '0x8086:0x15f3::p020000';
const slots = folderWith(t, {
  ...slot('0000:01:00.0', '0x10de', '0x9999', '0x030000'),
  ...slot('0000:00:1f.6', '0x8086', '0x15f3', '0x020000'),
});
let number = 0;

/** The description of work from both sources, which have to agree, on a host with these two cards. */
async function described(model: Model): Promise<Record<string, unknown>> {
  number += 1;
  const file = join(kernels, `slots-${number}.xml`);
  writeFileSync(file, qubesXmlText(model));
  const daemon = await Qubesd.start(t, join(kernels, `slots-${number}.sock`), model);
  const source = {
    pciDevicesFolder: slots,
    kernelsFolder: kernels,
    hostMemory: 16_000,
    release: '4.3' as const,
  };
  const found = await Promise.allSettled([
    describe('work', { ...source, qubesXmlFile: file }),
    describe('work', { ...source, qubesdSocket: daemon.socket, orderFile: file }),
  ]);
  const [stored, live] = found.map(
    (each): Record<string, unknown> =>
      each.status === 'fulfilled' ? each.value.description : { refused: String(each.reason.message) },
  );
  for (const key of ['devices', 'kernelopts_common', 'refused']) t.same(stored?.[key], live?.[key]);
  return stored ?? {};
}

const withCard = (device: Partial<ModelDevice>, features: Record<string, string> = {}) =>
  household(
    stored(
      { kernel: 'full' },
      { pci: [{ ...CARD, ...device }], features, resolved: { kernel: 'full', virt_mode: 'hvm' } },
    ),
  );

t.test('A device that is what it was assigned as is taken', async t => {
  t.match(await described(withCard({ port: '01_00.0', identity: DISPLAY })), {
    devices: { pci: [{ required: true, devices: [{ bus: '01', function: '0' }] }] },
  });
});

t.test('A slot with another card in it is refused, with what it was and what it is', async t => {
  t.same(await described(withCard({ port: '01_00.0', identity: NETWORK })), {
    refused: `VM work, PCI device 01_00.0: is assigned as ${NETWORK}, and in that slot is ${DISPLAY}: put it back, or assign what is there`,
  });
  t.match(await described(withCard({ port: '02_00.0', identity: NETWORK })), {
    refused: /in that slot is nothing/,
  });
});

t.test('What is not required and is another card is left out', async t => {
  t.match(await described(withCard({ port: '01_00.0', identity: NETWORK, mode: 'auto-attach' })), {
    devices: { pci: [{ required: false, devices: [] }] },
  });
});

t.test('A PCI device without a port is found wherever it is', async t => {
  t.match(await described(withCard({ port: '*', identity: NETWORK })), {
    devices: { pci: [{ devices: [{ bus: '00', device: '1f', function: '6' }] }] },
  });
  t.same(await described(withCard({ port: '*', identity: '0x1:0x2::p030000' })), {
    refused: 'VM work, PCI device 0x1:0x2::p030000: is in no slot of this machine',
  });
});

t.test('With a graphics card the kernel sets modes, unless a feature says otherwise', async t => {
  const words = async (model: Model) => String((await described(model))['kernelopts_common']).split(' ');
  t.notOk((await words(withCard({ port: '01_00.0' }))).includes('nomodeset'));
  t.notOk((await words(withCard({ port: '01_00.0', mode: 'auto-attach' }))).includes('nomodeset'));
  t.ok((await words(withCard({ port: '00_1f.6' }))).includes('nomodeset'));
  t.ok((await words(withCard({ port: '01_00.0' }, { 'no-nomodeset': '' }))).includes('nomodeset'));
});

const DISKS: ModelDevice[] = [
  { backend: 'dom0', port: 'sdb' },
  { backend: 'dom0', port: 'loop7' },
  { backend: 'dom0', port: 'sda' },
];
const nodes = (devices: ModelDevice[]) =>
  devices.map(({ port }) => ({ devices: [{ device_node: `/dev/${port}` }] }));

async function live(block: ModelDevice[], storedBlock: ModelDevice[] | undefined) {
  number += 1;
  const daemon = await Qubesd.start(t, join(kernels, `order-${number}.sock`), household({ block }));
  const orderFile = join(kernels, `order-${number}.xml`);
  if (storedBlock !== undefined) writeFileSync(orderFile, qubesXmlText(household({ block: storedBlock })));
  const { description, warnings } = await describe('work', {
    qubesdSocket: daemon.socket,
    kernelsFolder: kernels,
    orderFile,
  });
  return {
    block: (description['devices'] as { block: object[] }).block,
    warnings: warnings.filter(line => line.includes('order')),
  };
}

t.test("The order of devices, which qubesd's answers do not have, is that of its file", async t => {
  const { block, warnings } = await live(DISKS, DISKS);
  t.match(block, nodes(DISKS));
  t.same(warnings, []);
});

t.test(
  'Where the file does not tell, the devices are in the order of their names, and that is said',
  async t => {
    const sorted = DISKS.toSorted((left, right) => (left.port < right.port ? -1 : 1));
    const others = await live(DISKS, DISKS.slice(1));
    t.match(others.block, nodes(sorted));
    t.match(others.warnings, [
      /^warning: the order in which VM work gets its block devices is not known \(.*has others than qubesd\)/,
    ]);
    const none = await live(DISKS, undefined);
    t.match(none.warnings, [/is not known \(.*cannot be read: no such file or folder\)/]);
  },
);

t.test('Where the order does not matter, nothing is said of it', async t => {
  const given = DISKS.map((disk, index) => ({ ...disk, options: { 'frontend-dev': `xvd${'xyz'[index]}` } }));
  t.same((await live(given, undefined)).warnings, []);
  const optional = DISKS.map((disk, index) => (index === 0 ? disk : { ...disk, mode: 'auto-attach' }));
  t.same((await live(optional, undefined)).warnings, []);
});
