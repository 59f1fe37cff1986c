// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of source with template strings in them
// The rules of who may have a disk: claims, xenstore, libvirt.
import type { Guard } from './guard.ts';

const SHARING = 'kernel/guest/hotplug/sharing';
const CLAIMS = 'kernel/guest/hotplug/claims';
const FAILURES = 'kernel/guest/hotplug/failures';

export const DISK_GUARDS: readonly Guard[] = [
  {
    rule: "a disk that a VM writes to is no other VM's",
    from: 'if (!under && excludes(holder, access))',
    to: 'if (!under && excludes(holder, access) && name === "")',
    program: SHARING,
    checks: [
      "a disk that one VM writes to is no other VM's, whoever comes second",
      'a template starts once at a time',
    ],
    executable: true,
  },
  {
    rule: 'what a VM writes to gets no layers of others',
    from: "if (under && holder.access !== 'read')",
    to: "if (under && holder.access !== 'read' && name === '')",
    program: SHARING,
    checks: ['what a VM writes to gets no layers of others'],
    executable: true,
  },
  {
    rule: 'what this machine has mounted is written to by no VM',
    from: 'if (state.openCount > 0) requireNotHeld(',
    to: 'if (state.openCount < 0) requireNotHeld(',
    program: SHARING,
    checks: ['what this machine has mounted is written to by no VM, and read by one where it is mounted so'],
    executable: true,
  },
  {
    rule: 'a layer on which others lie is not handed out to be written',
    from: 'if (writes) requireNothingAbove(device, except);',
    to: '',
    program: CLAIMS,
    checks: ['a layer on which others lie is handed out to be read, and not to be written'],
    executable: true,
  },
  {
    rule: 'what is claimed is not taken down',
    from: 'if (claim !== undefined) {\n      this.',
    to: 'if (claim?.attachment === "") {\n      this.',
    program: CLAIMS,
    checks: ['what another disk has claimed is not taken down, though nobody has it open'],
    executable: true,
  },
  {
    rule: 'records in a folder that others can write are not believed',
    from: 'folder.user !== 0 || (folder.mode & 0o022) !== 0)',
    to: 'folder.user !== 0)',
    program: FAILURES,
    checks: ['records in a folder that others can write are not believed'],
    executable: true,
  },
  {
    rule: 'a damaged record keeps the devices that it may be of',
    from: "if (node.kind === 'damaged' && (base === undefined || mayNameDeviceOf(text, base)))",
    to: "if (node.kind === 'damaged' && path === '')",
    program: FAILURES,
    checks: ['a record that holds something else is named, and takes nothing down'],
    executable: true,
  },
  {
    rule: "a domain's name leads into a folder of its own alone",
    from: "PLAIN.test(character) && !(name === '' && character === '.');",
    to: 'PLAIN.test(character);',
    program: 'unit/libvirt-metadata.test',
    checks: ['No name of a domain leads out of that folder, or to a lock'],
  },
  {
    rule: 'what a killed release has left of a record goes with the next',
    from: '  const targets = recordFiles()\n    .filter(name => name.startsWith(prefix))',
    to: "  const targets = recordFiles()\n    .filter(name => name.startsWith(prefix) && name.endsWith('-node'))",
    program: 'kernel/guest/hotplug/libvirt',
    checks: ['a release that is killed wherever it removes something leaves nothing to the next'],
    executable: true,
  },
  {
    rule: "the folder of a domain's links goes while there is a record to find it by",
    from: '      removeLinkFolder(guest);\n      const done = detach(key, patience);',
    to: '      const done = detach(key, patience);\n      removeLinkFolder(guest);',
    program: 'kernel/guest/hotplug/libvirt',
    checks: ['a release that is killed wherever it removes something leaves nothing to the next'],
    executable: true,
  },
  {
    rule: "a disk's source is the link of its own domain",
    from: 'if (source !== link)',
    to: 'if (source === "")',
    program: 'kernel/guest/hotplug/libvirt',
    checks: ['a disk whose source is not the link of its own domain is refused'],
    executable: true,
  },
  {
    rule: 'what cannot answer within its time is given up',
    from: 'addon().receiveBytes(descriptor, header.length, this.timeLeft())',
    to: 'addon().receiveBytes(descriptor, header.length, 600_000)',
    program: 'unit/xenstore.test',
    checks: ['a server that hangs, trickles or never agrees is given up after 5 seconds'],
  },
  {
    rule: 'names are harmless where a line leaves the program',
    from: 'const line = oneLine(`${PROGRAM}: ${message}`);',
    to: 'const line = `${PROGRAM}: ${message}` || oneLine("");',
    program: 'unit/bad-input.test',
    checks: ['no name that somebody has chosen reaches a terminal as a command to it'],
    executable: true,
  },
];
