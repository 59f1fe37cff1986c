import type { CommandShape } from '../command-shape.ts';
import { EVERYWHERE } from '../command-shape.ts';
import * as blockSnapshot from './block-snapshot.ts';
import * as domainXml from './domain-xml.ts';
import { optionHead, optionText } from './help-text.ts';
import type { Block, Page } from './man-page.ts';

const { COMMANDS, PROGRAMS } = blockSnapshot;
const DOCUMENTS = '/usr/share/doc/block-snapshot';

/** What every command takes. */
const EVERYWHERE_BLOCKS: readonly Block[] = [
  ...optionBlocks(EVERYWHERE),
  {
    term: '--version',
    text: 'Show the version, and what runs it; with -v those of libdevmapper, of the driver in the kernel, and of the kernel.',
  },
];

/** The pages of section 8: the programs. */
export const PROGRAM_PAGES: readonly Page[] = [
  {
    name: 'block-snapshot',
    aliases: ['block-origin', 'block-reflink', 'block-reflink-origin'],
    section: 8,
    summary: blockSnapshot.SUMMARY,
    sections: [
      { title: 'SYNOPSIS', blocks: synopsis(COMMANDS) },
      {
        title: 'DESCRIPTION',
        blocks: [
          'Many virtual machines share the disk of one template; each sees it as it was when it started, with its own writes on ' +
            'top. block-snapshot makes the device-mapper devices for that, shares what can be shared, and takes down what nobody ' +
            'uses any more. `block-snapshot`(7) shows such a stack, and explains the words.',
          'By the name block-origin it is the script of a disk that the template itself runs on, and by block-reflink and ' +
            'block-reflink-origin that of disks that are clones of files: add and remove, below.',
        ],
      },
      { title: 'COMMANDS', blocks: Object.entries(COMMANDS).flatMap(commandBlocks) },
      { title: 'OPTIONS', blocks: EVERYWHERE_BLOCKS },
      { title: 'EXIT STATUS', blocks: [blockSnapshot.EXIT_STATUS] },
      {
        title: 'FILES',
        blocks: [
          { term: '/etc/block-snapshot.conf', text: 'The configuration: `block-snapshot.conf`(5).' },
          { term: '/run/block-snapshot', text: 'Locks, and the links of the disks of domains of libvirt.' },
          { term: '/run/xen-hotplug', text: 'Which disk of a VM has which device.' },
          { term: '/var/log/xen/xen-hotplug.log', text: "One line for each call of Xen's hotplug scripts." },
          {
            term: '/var/log/block-snapshot.log',
            text: "The same for libvirt's hook, where a domain is ours, and for create-snapshot and destroy-snapshot.",
          },
          {
            term: DOCUMENTS,
            text: 'README.md, and docs with the life of a template, JSON field by field, and libvirt.',
          },
        ],
      },
      {
        title: 'ENVIRONMENT',
        blocks: [
          {
            term: 'XENBUS_PATH',
            text: "For add and remove: the disk's path in xenstore, which libxl gives.",
          },
          { term: 'NO_COLOR', text: 'Set to anything, nothing is shown in colour.' },
        ],
      },
      {
        title: 'SEE ALSO',
        blocks: [
          '`block-snapshot`(7), `block-snapshot.conf`(5), `create-snapshot`(8), `destroy-snapshot`(8), ' +
            '`block-snapshot-qemu`(8), `domain-xml`(8), `dmsetup`(8)',
        ],
      },
    ],
  },
  programPage('create-snapshot', [], PROGRAMS['create-snapshot']),
  programPage('destroy-snapshot', [], PROGRAMS['destroy-snapshot']),
  programPage('block-snapshot-qemu', ['block-snapshot-libxl'], PROGRAMS['block-snapshot-qemu']),
  domainXmlPage(domainXml.domainXmlCommands()),
];

function domainXmlPage(commands: Readonly<Record<string, CommandShape>>): Page {
  return {
    name: 'domain-xml',
    section: 8,
    summary: domainXml.SUMMARY,
    sections: [
      { title: 'SYNOPSIS', blocks: synopsis(commands) },
      {
        title: 'DESCRIPTION',
        blocks: [
          "domain-xml renders a VM's libvirt domain XML from templates, as Python's Jinja2 renders them. The VM's description comes " +
            'from qubesd, else from qubes.xml, or from a file. Nothing is changed but the file that -o names; define, start and ' +
            'stop have virsh do what they are called.',
        ],
      },
      { title: 'COMMANDS', blocks: Object.entries(commands).flatMap(commandBlocks) },
      { title: 'OPTIONS', blocks: EVERYWHERE_BLOCKS },
      { title: 'EXIT STATUS', blocks: [domainXml.EXIT_STATUS] },
      {
        title: 'FILES',
        blocks: [
          {
            term: '/etc/qubes/templates, /usr/share/qubes/templates',
            text: 'Where templates are looked for.',
          },
          { term: `${DOCUMENTS}/docs/domain-xml.md`, text: 'Templates, descriptions and sources in full.' },
        ],
      },
      { title: 'SEE ALSO', blocks: ['`block-snapshot`(8), `virsh`(1)'] },
    ],
  };
}

function programPage(name: string, aliases: readonly string[], shape: CommandShape): Page {
  return {
    name,
    aliases,
    section: 8,
    summary: shape.summary.replace(/^[A-Z](?=[a-z]+ )/, letter => letter.toLowerCase()),
    sections: [
      { title: 'SYNOPSIS', blocks: [{ usage: shape.usage }] },
      { title: 'DESCRIPTION', blocks: shape.about },
      { title: 'OPTIONS', blocks: optionBlocks({ ...shape.options, ...EVERYWHERE }) },
      { title: 'EXIT STATUS', blocks: [blockSnapshot.EXIT_STATUS] },
      { title: 'SEE ALSO', blocks: ['`block-snapshot`(8), `block-snapshot`(7)'] },
    ],
  };
}

function synopsis(commands: Readonly<Record<string, CommandShape>>): Block[] {
  return [...new Set(Object.values(commands).map(({ usage }) => usage))].map(usage => ({ usage }));
}

function commandBlocks([name, { usage, about, options }]: [string, CommandShape]): Block[] {
  return [{ heading: name }, { usage }, ...about, ...optionBlocks(options)];
}

function optionBlocks(options: CommandShape['options']): Block[] {
  return Object.entries(options).map(([name, option]) => ({
    term: optionHead(name, option),
    text: optionText(option),
  }));
}
