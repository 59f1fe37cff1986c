import { household, networked, stored, testRules } from './support/qubes-household.ts';

testRules([
  ['mac is what is stored', household(stored({ mac: '00:16:3E:00:00:01' })), { mac: '00:16:3e:00:00:01' }],
  ['mac is that of every VM', household({}), { mac: '00:16:3e:5e:6c:00' }],
  ['netvm is none where there is no default', household({}), { netvm: null, ip: null, ip6: null }],
  [
    'netvm is the default one',
    networked({}, {}, { default_netvm: 'net' }),
    { netvm: { name: 'net', gateway: '10.137.0.2', features: {}, netvm: null } },
  ],
  [
    'netvm is none where it is stored empty',
    networked(stored({ netvm: '' }), {}, { default_netvm: 'net' }),
    { netvm: null },
  ],
  [
    'netvm is none for a template that stores none',
    networked({ klass: 'TemplateVM' }, {}, { default_netvm: 'net' }),
    { netvm: null, ip: null },
  ],
  ['ip is what is stored', networked(stored({ ip: '10.1.2.3', netvm: 'net' })), { ip: '10.1.2.3' }],
  ['ip follows from the qid', networked(stored({ netvm: 'net' }, { qid: 254 })), { ip: '10.137.0.254' }],
  [
    'ip of qid 255 ends in neither 0 nor 255',
    networked(stored({ netvm: 'net' }, { qid: 255 })),
    { ip: '10.137.1.1' },
  ],
  [
    'ip of qid 508 is the last of its net',
    networked(stored({ netvm: 'net' }, { qid: 508 })),
    { ip: '10.137.1.254' },
  ],
  [
    'ip of qid 509 is the first of the next net',
    networked(stored({ netvm: 'net' }, { qid: 509 })),
    { ip: '10.137.2.1' },
  ],
  [
    'ip of a disposable follows from its dispid',
    networked(stored({ netvm: 'net', dispid: '300', template: 'temp' }, { klass: 'DispVM' })),
    { ip: '10.138.1.46' },
  ],
  [
    'ip of a net qube without a net qube is its own',
    networked(stored({ provides_network: 'True', netvm: '' })),
    { ip: '10.137.0.7' },
  ],
  [
    'gateway of a net qube is the address that it believes to have',
    networked(stored({ netvm: 'net' }), { features: { 'net.fake-ip': '10.9.9.9' } }),
    { netvm: { gateway: '10.9.9.9' } },
  ],
  ['ip6 is none without the feature', networked(stored({ netvm: 'net' })), { ip6: null }],
  [
    'ip6 follows from the qid with the feature of a net qube',
    networked(stored({ netvm: 'net' }, { qid: 200 }), { features: { ipv6: '1' } }),
    { ip6: 'fd09:24ef:4179::a89:c8' },
  ],
  [
    'ip6 is none with the feature switched off against the net qube',
    networked(stored({ netvm: 'net' }, { features: { ipv6: '' } }), { features: { ipv6: '1' } }),
    { ip6: null },
  ],
  [
    'ip6 of a disposable follows from its dispid',
    networked(
      stored({ netvm: 'net', dispid: '300', template: 'temp' }, { klass: 'DispVM', features: { ipv6: '1' } }),
    ),
    { ip6: 'fd09:24ef:4179::a8a:12c' },
  ],
  [
    'ip6 is none without a network, whatever the feature says',
    household({ features: { ipv6: '1' } }),
    { ip6: null },
  ],
  [
    'netmask and name servers are those of every VM with a network',
    networked(stored({ netvm: 'net' })),
    { netmask: '255.255.255.255', dns: ['10.139.1.1', '10.139.1.2'] },
  ],
  ['a VM without a network has neither', household({}), { netmask: null, dns: null }],
  [
    'gateway of a net qube is that which it believes to have by its template',
    networked(
      stored({ netvm: 'net' }),
      stored({ template: 'temp' }),
      {},
      { features: { 'net.fake-ip': '10.9.9.8' } },
    ),
    { netvm: { gateway: '10.9.9.8' } },
  ],
  [
    'what a VM is told of its network may be made up, by its template as well',
    networked(
      stored({ netvm: 'net', template: 'temp' }, { klass: 'AppVM' }),
      {},
      {},
      {
        features: {
          'net.fake-ip': '1.1.1.1',
          'net.fake-gateway': '2.2.2.2',
          'net.fake-netmask': '255.0.0.0',
        },
      },
    ),
    {
      ip: '10.137.0.7',
      visible_ip: '1.1.1.1',
      visible_gateway: '2.2.2.2',
      visible_netmask: '255.0.0.0',
      gateway: null,
    },
  ],
  [
    'what it is told is what there is otherwise',
    networked(stored({ netvm: 'net' }), { features: { ipv6: '1' } }),
    {
      visible_ip: '10.137.0.7',
      visible_ip6: 'fd09:24ef:4179::a89:7',
      visible_gateway: '10.137.0.2',
      visible_gateway6: 'fd09:24ef:4179::a89:2',
      visible_netmask: '255.255.255.255',
    },
  ],
  [
    'ip of qid 255 ends in 255 in R4.1',
    networked(stored({ netvm: 'net' }, { qid: 255 })),
    { ip: '10.137.0.255' },
    '4.1',
  ],
  [
    'a net qube has the default one of net qubes, where the file is so old that there is one',
    networked(stored({ provides_network: 'True' }), {}, { default_fw_netvm: 'net', default_netvm: '' }),
    { netvm: null },
  ],
  [
    'which is not the default one of all',
    networked(stored({ provides_network: 'True' }), {}, { default_fw_netvm: 'net', default_netvm: 'work' }),
    { netvm: { name: 'net' } },
  ],
  ['and is no other', networked({}, {}, { default_fw_netvm: 'net' }), { netvm: null }],

  [
    'guivm and audiovm are dom0',
    household({}),
    { guivm: { name: 'dom0', xid: 0 }, audiovm: { name: 'dom0', running: true } },
  ],
  [
    'guivm and audiovm are the default ones',
    networked({}, {}, { default_guivm: 'net', default_audiovm: '' }),
    { guivm: { name: 'net', running: false, xid: -1 }, audiovm: null },
  ],
  [
    'guivm is what is stored',
    networked(stored({ guivm: 'net' }), {}, { default_guivm: '' }),
    { guivm: { name: 'net' } },
  ],
]);
