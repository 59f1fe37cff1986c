import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { hostMemory } from '../../src/domain-xml/qubes/host.ts';
import { household, kernels, pci, stored, testRules } from './support/qubes-household.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { folderWith, run } from './support/run.ts';

testRules([
  ['virt_mode is what is stored', household(stored({ virt_mode: 'PV' })), { virt_mode: 'pv' }],
  [
    'virt_mode is hvm with a PCI device, even one that is not required',
    household({ pci }),
    { virt_mode: 'hvm' },
  ],
  [
    'virt_mode is hvm with a PCI device, whatever the template says',
    household({ pci }, stored({ virt_mode: 'pv' })),
    { virt_mode: 'hvm' },
  ],
  ["virt_mode is the template's", household({}, stored({ virt_mode: 'pv' })), { virt_mode: 'pv' }],
  ['virt_mode is pvh', household({}, {}), { virt_mode: 'pvh' }],
  ['virt_mode is what old versions called hvm', household(stored({ hvm: 'True' })), { virt_mode: 'hvm' }],
  [
    'virt_mode is pv where old versions said that it is not hvm',
    household(stored({ hvm: 'False' })),
    { virt_mode: 'pv' },
  ],

  [
    'memory is what is stored',
    household(stored({ memory: '700' }), stored({ memory: '500' })),
    { memory: 700 },
  ],
  ["memory is the template's", household({}, stored({ memory: '500' })), { memory: 500 }],
  ['memory is 400', household({}, {}), { memory: 400 }],

  ['maxmem is what is stored', household(stored({ maxmem: '1234' }, { pci })), { maxmem: 1234 }],
  ['maxmem is 0 with a PCI device', household({ pci }, stored({ maxmem: '3000' })), { maxmem: 0 }],
  ["maxmem is the template's", household({}, stored({ maxmem: '3000' })), { maxmem: 3000 }],
  ['maxmem is 4000 where the system is not known', household({}, {}), { maxmem: 4000 }],
  [
    'maxmem is ten times the memory for Linux',
    household(stored({ memory: '300' }, { features: { os: 'Linux' } })),
    { maxmem: 3000 },
  ],
  [
    "maxmem is half the host's memory where that is less",
    household(stored({ memory: '2000' }, { features: { os: 'Linux' } })),
    { maxmem: 8000 },
  ],
  ['maxmem is 0 for hvm without qrexec', household(stored({ virt_mode: 'hvm' }), {}), { maxmem: 0 }],
  [
    'maxmem is 0 for hvm with services, but not the one that gives memory back',
    household(stored({ virt_mode: 'hvm' }, { features: { 'supported-service.cups': '1' } }), {
      features: { qrexec: '1' },
    }),
    { maxmem: 0 },
  ],
  [
    'maxmem is 4000 for hvm with qrexec, and with that service in the template',
    household(stored({ virt_mode: 'hvm' }), {
      features: { qrexec: '1', 'supported-service.meminfo-writer': '1' },
    }),
    { maxmem: 4000 },
  ],
  [
    'maxmem is 4000 for hvm with qrexec that announces no services',
    household(stored({ virt_mode: 'hvm' }, { features: { qrexec: '1' } })),
    { maxmem: 4000 },
  ],
  [
    'maxmem is 0 for hvm with qrexec switched off against the template',
    household(stored({ virt_mode: 'hvm' }, { features: { qrexec: '' } }), { features: { qrexec: '1' } }),
    { maxmem: 0 },
  ],

  ["vcpus is the template's", household({}, stored({ vcpus: '6' })), { vcpus: 6 }],
  ['vcpus is 2', household({}, {}), { vcpus: 2 }],
]);

t.test('maxmem without --host-memory is bounded by half of what this host has', async t => {
  const file = join(kernels, 'host.xml');
  writeFileSync(file, qubesXmlText(household(stored({ memory: '9999999' }, { features: { os: 'Linux' } }))));
  const { out } = await run('dump', 'work', '--qubes-xml', file);
  const total = Number(/^MemTotal:\s*(\d+)/m.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1]);
  t.equal(JSON.parse(out).maxmem, Math.floor(Math.floor(total / 1024) / 2));
});

t.test("Under Xen the host's memory is what xl says, not what dom0 was given", async t => {
  const bin = folderWith(t, {
    type: 'xen\n',
    xl: '#!/bin/sh\necho "host : x"\necho "total_memory           : 16221"\n',
  });
  chmodSync(join(bin, 'xl'), 0o755);
  const { PATH } = process.env;
  t.teardown(() => {
    process.env['PATH'] = PATH;
  });
  process.env['PATH'] = `${bin}:${PATH}`;
  t.equal(await hostMemory(join(bin, 'type')), 16221);
  writeFileSync(join(bin, 'xl'), '#!/bin/sh\necho "xl: cannot open privcmd" >&2; exit 1\n');
  await t.rejects(hostMemory(join(bin, 'type')), {
    message: 'xl info: xl: cannot open privcmd: say with --host-memory how many MiB the host has',
  });
  process.env['PATH'] = kernels;
  await t.rejects(hostMemory(join(bin, 'type')), {
    message:
      'xl is not installed: install the Xen tools, or say with --host-memory how many MiB the host has',
  });
});
