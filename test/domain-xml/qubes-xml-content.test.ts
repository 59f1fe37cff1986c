import t from 'tap';
import { changed, dump, inWork, property } from './support/qubes-xml-sample.ts';

const uuid = property('uuid', '7db78950-c467-4863-94d1-000000000007');

const WRONG: [string, string, RegExp][] = [
  ['without a uuid', inWork(uuid, ''), /FILE, VM work: property uuid is missing$/],
  ['without a qid', inWork(property('qid', '7'), ''), /FILE, VM work: property qid is missing$/],
  ['with a property twice', inWork(uuid, uuid + uuid), /FILE, VM work: property uuid is there twice$/],
  [
    'with a property without a name',
    inWork(uuid, '<property>a</property>'),
    /FILE, VM work: has a <property> without a name$/,
  ],
  ['with a uuid that is none', inWork(uuid, property('uuid', 'x')), /FILE, VM work: uuid: must be a UUID/],
  [
    'with memory that is no number',
    inWork(uuid, uuid + property('memory', '400 MB')),
    /VM work: property memory must be a whole number, is "400 MB"$/,
  ],
  [
    'with no memory',
    inWork(uuid, uuid + property('memory', '0')),
    /FILE, VM work: memory: must be a whole number, 1 or more/,
  ],
  [
    'with a flag that is none',
    inWork(uuid, uuid + property('debug', 'maybe')),
    /VM work: property debug must be True or False, is "maybe"$/,
  ],
  [
    'with a text that is a reference',
    inWork(property('qid', '7'), '<property name="qid" ref="domain-1"/>'),
    /property qid must be text, refers to "domain-1"$/,
  ],
  [
    'with an unknown template',
    inWork('name="template" ref="domain-1"', 'name="template" ref="domain-99"'),
    /FILE, VM work: property template refers to "domain-99", and there is no such VM in the file$/,
  ],
  [
    'with an unknown netvm',
    inWork('<property name="netvm" ref="domain-12"/>', property('netvm', 'nope')),
    /FILE, VM work: property netvm refers to "nope", and there is no such VM in the file$/,
  ],
  [
    'with an unknown label',
    inWork('ref="label-1"', 'ref="label-9"'),
    /FILE, VM work: property label refers to "label-9", and there is no such label in the file$/,
  ],
  [
    'with a feature twice',
    inWork('<feature name="timezone">60</feature>', '<feature name="a"/>'.repeat(2)),
    /FILE, VM work: feature a is there twice$/,
  ],
  [
    'with a device that is required wherever it is',
    inWork('id="sda"', 'id="*"'),
    /^domain-xml: VM work, block device of VM net: is required at any port; assign it by its VM and port$/,
  ],
  [
    'with a device without an id that is required',
    inWork(' id="sda"', ''),
    /^domain-xml: VM work, block device of VM net: is required at any port/,
  ],
  [
    'with a device twice',
    inWork('<devices class="block">', '<devices class="block"><device backend-domain="net" id="sda"/>'),
    /FILE, VM work, block device net\+sda: is there twice$/,
  ],
  [
    'with a volume of an unknown pool',
    inWork('pool="vm-pool"', 'pool="nope"'),
    /FILE, VM work, volume root: is in pool "nope", and there is no such pool in the file$/,
  ],
  [
    'with a volume without a pool, where none is the default',
    inWork('name="private" pool="vm-pool"', 'name="private"').replace(
      property('default_pool', 'vm-pool'),
      '',
    ),
    /FILE, VM work, volume private: has no pool, and none is the default$/,
  ],
  [
    'with a volume of a driver that only qubesd knows',
    changed('driver="lvm_thin"', 'driver="zfs"'),
    /FILE, VM work, volume root: pool vm-pool is of driver "zfs", and only qubesd knows the paths of that: start qubesd$/,
  ],
  [
    'with a volume that leads elsewhere',
    inWork('vid="qubes_dom0/vm-work-root"', 'vid="../../etc/shadow"'),
    /volume root: vid must be a volume's name, is "\.\.\/\.\.\/etc\/shadow"$/,
  ],
  [
    'with a volume that is a snapshot of what its template does not have',
    inWork(
      '<volume name="root"',
      '<volume name="more" pool="vm-pool" vid="a/b" snap_on_start="True"/><volume name="root"',
    ),
    /FILE, VM work, volume more: its template temp has no such volume$/,
  ],
  [
    'with a volume twice',
    inWork('<volume name="private"', '<volume name="root"'),
    /FILE, VM work: volume root is there twice$/,
  ],
  [
    'with a name that is none',
    inWork('>work<', '>../work<').replace('ref="domain-12"/>', 'ref="domain-7"/>'),
    /FILE: has no VM work$/,
  ],
];

for (const [title, text, message] of WRONG) {
  t.test(`A VM ${title} is refused with the file, the VM and what is wrong`, async t => {
    const { code, errors } = await dump(text);
    t.equal(code, 1);
    t.equal(errors.length, 1);
    t.match(errors[0], message);
  });
}

t.test('Properties of Qubes as a whole that are missing or lead nowhere are named', async t => {
  const kernel = property('default_kernel', '');
  t.same((await dump(changed(kernel, ''))).errors, [
    'domain-xml: FILE: property default_kernel is missing: VM temp has no kernel of its own',
  ]);
  const netvm = kernel + property('default_guivm', 'nope');
  t.same((await dump(changed(kernel, netvm))).errors, [
    'domain-xml: FILE: property default_guivm refers to "nope", and there is no such VM in the file',
  ]);
});

t.test('Templates and net qubes that lead in a circle are named, not followed for ever', async t => {
  const net = changed('name="netvm"></property>', 'name="netvm">work</property>');
  t.same((await dump(net)).errors, ['domain-xml: FILE: the net qubes lead in a circle: work -> net -> work']);
  const template = inWork('name="template" ref="domain-1"', 'name="template" ref="domain-12"').replace(
    'name="template" ref="domain-1"',
    'name="template" ref="domain-7"',
  );
  t.same((await dump(template)).errors, [
    'domain-xml: FILE: the templates lead in a circle: work -> net -> work',
  ]);
});
