import { join } from 'node:path';
import { household, kernels, stored, testRules } from './support/qubes-household.ts';
import { lvmVolumes, type Model, type ModelPool, type ModelVolume, pools } from './support/qubes-model.ts';

/** A VM whose volatile volume is encrypted, in a pool of its own. */
function encrypted(pool: ModelPool): Model {
  const vid = pool.driver === 'lvm_thin' ? 'qubes_dom0/vm-work-volatile' : 'appvms/work/volatile';
  const volumes: ModelVolume[] = [{ name: 'volatile', pool: 'crypt', vid, rw: true }];
  return household({ name: 'my-vm_1', volumes }, undefined, {
    pools: [...pools('/var/lib/qubes'), { ...pool, ephemeral_volatile: 'True' }],
  });
}

/** Volumes of which no former state is kept. */
function unkept(pool: string, prefix: string): ModelVolume[] {
  return ['root', 'private', 'volatile'].map(name => ({
    name,
    pool,
    vid: `${prefix}-${name}`,
    rw: true,
    saveOnStop: name !== 'volatile',
    revisionsToKeep: -1,
  }));
}

const OTHERS = [{ name: 'root' }, { name: 'private' }, { name: 'volatile' }];

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
    'what is stored comes behind the volumes of the class, in the order of the file, read-only unless it is rw',
    household({
      volumes: [
        { name: 'b', pool: 'vm-pool', vid: 'g/b' },
        { name: 'volatile', pool: 'vm-pool', vid: 'g/v', rw: true },
        { name: 'a', pool: 'vm-pool', vid: 'g/a', rw: true },
      ],
    }),
    {
      block_devices: [
        { name: 'root', path: '/dev/mapper/qubes_dom0-vm--work--root--snap' },
        { name: 'private', path: '/dev/mapper/qubes_dom0-vm--work--private--snap' },
        { name: 'volatile', path: '/dev/mapper/g-v' },
        { name: 'b', rw: false },
        { name: 'a', rw: true },
      ],
    },
  ],
  [
    'the kernel volume is its modules, where there are any',
    household(stored({ kernel: 'full' }, { volumes: lvmVolumes('work', 'temp').slice(3) })),
    {
      block_devices: [
        ...OTHERS,
        { name: 'kernel', path: join(kernels, 'full/modules.img'), rw: false, domain: null },
      ],
    },
  ],
  [
    'the kernel volume is left out without modules',
    household({ volumes: lvmVolumes('work', 'temp').slice(3) }),
    { block_devices: OTHERS },
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
    'a volatile volume in image files is encrypted where its pool says so, under an escaped name',
    encrypted({ name: 'crypt', driver: 'file', dir_path: '/x' }),
    { block_devices: [{}, {}, { path: '/dev/mapper/vm-volatile-my_dvm_u1-crypt@volatile' }] },
  ],
  [
    'and so is one in image files that share blocks',
    encrypted({ name: 'crypt', driver: 'file-reflink', dir_path: '/x' }),
    { block_devices: [{}, {}, { path: '/dev/mapper/vm-volatile-my_dvm_u1-crypt@volatile' }] },
  ],
  [
    'a volatile volume of LVM that is encrypted is named after the volume, whatever the release',
    encrypted({ name: 'crypt', driver: 'lvm_thin', volume_group: 'g' }),
    { block_devices: [{}, {}, { path: '/dev/mapper/qubes_dom0-vm--work--volatile@crypt' }] },
    '4.1',
  ],
  [
    'the modules of a kernel are never encrypted, whatever their pool says',
    household(
      stored(
        { kernel: 'full' },
        { volumes: [{ name: 'kernel', pool: 'linux-kernel', vid: '', ephemeral: true }] },
      ),
    ),
    { block_devices: [...OTHERS, { path: join(kernels, 'full/modules.img') }] },
  ],
  [
    'LVM volumes are named by their group in R4.1',
    household({ volumes: lvmVolumes('work', 'temp').slice(0, 3) }),
    {
      block_devices: [
        { path: '/dev/qubes_dom0/vm-work-root-snap' },
        { path: '/dev/qubes_dom0/vm-work-private-snap' },
        { path: '/dev/qubes_dom0/vm-work-volatile' },
      ],
    },
    '4.1',
  ],
  [
    'a volume of which no state is kept is used itself (R4.3)',
    household({ volumes: unkept('vm-pool', 'qubes_dom0/vm-work') }),
    {
      block_devices: [
        { path: '/dev/mapper/qubes_dom0-vm--work--root' },
        { path: '/dev/mapper/qubes_dom0-vm--work--private' },
        { path: '/dev/mapper/qubes_dom0-vm--work--volatile' },
      ],
    },
  ],
  [
    'and in image files is the image',
    household({ volumes: unkept('varlibqubes', 'appvms/work') }),
    {
      block_devices: [
        { path: '/var/lib/qubes/appvms/work-root.img', script: null },
        { path: '/var/lib/qubes/appvms/work-private.img', script: null },
        { path: '/var/lib/qubes/appvms/work-volatile.img', script: null },
      ],
    },
  ],
  [
    'before R4.3 it was a snapshot all the same',
    household({ volumes: unkept('vm-pool', 'qubes_dom0/vm-work') }),
    { block_devices: [{ path: '/dev/mapper/qubes_dom0-vm--work--root--snap' }, {}, {}] },
    '4.2',
  ],
  [
    'a VM without volumes has those of its class',
    household({ volumes: [] }, { volumes: [] }),
    {
      block_devices: [
        { name: 'root', path: '/dev/mapper/qubes_dom0-vm--work--root--snap', rw: true },
        { name: 'private', path: '/dev/mapper/qubes_dom0-vm--work--private--snap', rw: true },
        { name: 'volatile', path: '/dev/mapper/qubes_dom0-vm--work--volatile', rw: true },
      ],
      volumes: {
        root: { vid: 'qubes_dom0/vm-work-root', source: 'qubes_dom0/vm-temp-root', pool: 'vm-pool' },
        kernel: { pool: 'linux-kernel', rw: false },
      },
    },
  ],
  [
    'a volume whose source is not stored is made from that of the template, in its pool',
    household(
      { volumes: [] },
      {
        volumes: [
          { name: 'root', pool: 'varlibqubes', vid: 'vm-templates/t/root', rw: true, saveOnStop: true },
        ],
      },
    ),
    { volumes: { root: { vid: 'appvms/work/root', source: 'vm-templates/t/root', pool: 'varlibqubes' } } },
  ],
]);
