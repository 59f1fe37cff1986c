import { join } from 'node:path';
import t from 'tap';
import { pciDeviceOf } from '../../src/domain-xml/qubes/pci-device.ts';
import { household, kernels, pci, stored, testRules } from './support/qubes-household.ts';
import { lvmVolumes } from './support/qubes-model.ts';
import { folderWith } from './support/run.ts';

testRules([
  [
    'LVM volumes are the snapshots that are made at the start, or the volume itself',
    household({ volumes: lvmVolumes('work', 'temp').slice(0, 3) }),
    {
      block_devices: [
        { name: 'root', path: '/dev/mapper/qubes_dom0-vm--work--root--snap', rw: true, script: null },
        { name: 'private', path: '/dev/mapper/qubes_dom0-vm--work--private--snap' },
        { name: 'volatile', path: '/dev/mapper/qubes_dom0-vm--work--volatile' },
      ],
    },
  ],
  [
    'volumes come in the order of the file, read-only unless they are rw',
    household({
      volumes: [
        { name: 'b', pool: 'vm-pool', vid: 'g/b' },
        { name: 'a', pool: 'vm-pool', vid: 'g/a', rw: true },
      ],
    }),
    {
      block_devices: [
        { name: 'b', rw: false },
        { name: 'a', rw: true },
      ],
    },
  ],
  [
    'the kernel volume is its modules, where there are any',
    household(stored({ kernel: 'full' }, { volumes: lvmVolumes('work', 'temp').slice(3) })),
    { block_devices: [{ name: 'kernel', path: join(kernels, 'full/modules.img'), rw: false, domain: null }] },
  ],
  [
    'the kernel volume is left out without modules',
    household({ volumes: lvmVolumes('work', 'temp').slice(3) }),
    { block_devices: [] },
  ],
  [
    'volumes in image files without files name their images, and the script for them',
    household({
      volumes: [
        {
          name: 'root',
          pool: 'varlibqubes',
          vid: 'appvms/work/root',
          source: 'vm-templates/t/root',
          snapOnStart: true,
        },
        { name: 'private', pool: 'varlibqubes', vid: 'appvms/work/private', saveOnStop: true },
        { name: 'volatile', pool: 'varlibqubes', vid: 'appvms/work/volatile' },
      ],
    }),
    {
      block_devices: [
        {
          path: '/var/lib/qubes/vm-templates/t/root.img:/var/lib/qubes/vm-templates/t/root-cow.img:/var/lib/qubes/appvms/work/root-cow.img',
          script: 'block-snapshot',
        },
        {
          path: '/var/lib/qubes/appvms/work/private.img:/var/lib/qubes/appvms/work/private-cow.img',
          script: 'block-origin',
        },
        { path: '/var/lib/qubes/appvms/work/volatile.img', script: null },
      ],
    },
  ],
  [
    'a volatile volume is encrypted where its pool says so, under an escaped name',
    household(
      { name: 'my-vm_1', volumes: [{ name: 'volatile', pool: 'crypt', vid: 'g/v', rw: true }] },
      undefined,
      { pools: [{ name: 'crypt', driver: 'lvm_thin', ephemeral_volatile: 'True' }] },
    ),
    { block_devices: [{ path: '/dev/mapper/vm-volatile-my_dvm_u1-crypt@volatile' }] },
  ],

  [
    'a device without a mode is required, as R4.2 had it',
    household({ pci: [{ backend: 'dom0', port: '00_1f.2' }] }),
    { devices: { pci: [{ required: true }] } },
  ],
  [
    'a device that may be anywhere is not there yet',
    household({ block: [{ backend: 'dom0', port: '*', mode: 'auto-attach' }] }),
    { devices: { block: [] } },
  ],
  [
    'a device with another mode is not required',
    household({ pci }),
    { devices: { pci: [{ required: false }] } },
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
    t.same(pciDeviceOf('00_1c.0-00_00.1', 'work', devices), {
      segment: '0000',
      bus: '03',
      device: '00',
      function: '1',
    });
    t.same(pciDeviceOf('00_1c.0-01_02.0-00_1f.7', 'work', devices), {
      segment: '0000',
      bus: 'ab',
      device: '1f',
      function: '7',
    });
    t.throws(() => pciDeviceOf('00_1e.0-00_00.0', 'work', devices), {
      message: /^VM work, PCI device 00_1e\.0-00_00\.0: .*0000:00:1e\.0\/secondary_bus_number: no such file/,
    });
    t.throws(() => pciDeviceOf('00_1d.0-00_00.0', 'work', devices), { message: /is not a bus number$/ });
    t.throws(() => pciDeviceOf('00_1c.8', 'work', devices), { message: /is not of the form BB_DD\.F/ });
  },
);
