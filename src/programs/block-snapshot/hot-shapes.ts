import type { CommandShape, OptionShape } from '../command-shape.ts';
import { type HotName, USAGES } from './short-help.ts';

const DRY_RUN: OptionShape = {
  type: 'boolean',
  describe: 'Do nothing, and say what would be done: files, loop devices, and the tables of devices',
};

/** What is said of a hot command, which itself knows no more than how it is called. */
type Told = Omit<CommandShape, 'usage'>;

const TYPE = {
  name: 'TYPE',
  completes: ['snapshot', 'origin', 'reflink', 'reflink-origin'],
} as const;

const PREPARE: Told = {
  summary: 'Make the device and print its node',
  about: [
    'Makes the device, with what is missing of what lies under it, and prints its node. IMAGES is BASE:COW for snapshot ' +
      '(BASE:COW:COW2 and so on for more layers) and for origin, SOURCE:DISK for reflink, IMAGE for reflink-origin.',
    '"snapshot" is BASE seen through the ' +
      'cows, each of which keeps what was written above the one before; "origin" writes to BASE and saves the old blocks for ' +
      'the snapshots of BASE:COW. Doing it twice gives the same device.',
    "BASE and COW are absolute paths of image files or block devices. A template's cow that is missing is made.",
    '"reflink" is a disk that is a clone of a file, on btrfs or XFS: DISK is its image, X.img, beside which X-dirty.img is what is ' +
      'written. It is made anew of the newest version of SOURCE at each start; with :keep it is made once, and goes on with what ' +
      'it was. "reflink-origin" is a template\'s own run, on IMAGE. What is printed is a loop device.',
  ],
  options: {
    force: {
      type: 'boolean',
      describe:
        'Take a cow that was begun on another version, or on no version that is known, as one of this',
    },
    'dry-run': DRY_RUN,
  },
  operands: [TYPE, { name: 'IMAGES', completes: 'images' }],
};

const CLEANUP: Told = {
  summary: 'Take the device down if nobody uses it',
  about: [
    'Takes the device down if nobody uses it, with everything under it that nobody else uses. It is no error that it is ' +
      'gone already, nor that it is in use: that is said on standard error.',
    'NODE may be given with or without /dev/mapper/, or /dev/. What was written of a disk of type reflink goes with it, unless it is ' +
      'kept; then, and for reflink-origin, it stays to be committed (block-snapshot commit), or to be gone on with.',
  ],
  options: { 'dry-run': DRY_RUN },
  operands: [TYPE, { name: 'NODE', completes: 'node' }],
};

const CREATE_SNAPSHOT: Told = {
  summary: 'The same as prepare, for qubesd',
  about: [
    'Makes the device, as block-snapshot prepare does, with the arguments that the "file" pool of qubesd gives. The name says ' +
      'which kind of device is wanted, and has to be the one that the files give.',
  ],
  options: {},
  operands: [
    { name: 'NAME', completes: 'node' },
    { name: 'BASE', completes: 'file' },
    { name: 'COW', completes: 'file', repeated: true },
  ],
};

const DESTROY_SNAPSHOT: Told = {
  summary: 'The same as cleanup, for qubesd',
  about: [
    'Takes the device down if nobody uses it, as block-snapshot cleanup does, with the argument that the "file" pool of qubesd ' +
      'gives. A node that is not there is an error, as it was for the script of that name.',
  ],
  options: {},
  operands: [{ name: '/dev/mapper/NAME', completes: 'node' }],
};

const HOTPLUG_ABOUT = [
  "libxl calls it as the script of a disk, by the name block-snapshot or, for the template itself, block-origin (block-reflink and block-reflink-origin for clones of files), with the disk's " +
    'path in xenstore in the variable XENBUS_PATH. In the configuration of a domain that is ' +
    'script=block-snapshot,vdev=xvda,target=BASE:COW[:COW2...]. One line for each call is in /var/log/xen/xen-hotplug.log.',
];

const ADD: Told = {
  summary: "Make the device of a VM's disk, for libxl",
  about: ['Makes the device of a disk when its VM starts, and tells xenstore its number.', ...HOTPLUG_ABOUT],
  options: {},
  operands: [],
};

const REMOVE: Told = {
  summary: "Take the device of a VM's disk down, for libxl",
  about: [
    "Takes the device of a disk down when its VM stops. A template's run is committed then, unless COMMIT_ON_STOP=no.",
    ...HOTPLUG_ABOUT,
  ],
  options: {},
  operands: [],
};

const LIBVIRT_HOOK: Told = {
  summary: "libvirt's hook: makes the devices that a domain's metadata asks for",
  about: [
    "libvirt calls it at every step of every domain, with the domain's XML on standard input. It makes the devices that the " +
      'metadata of a domain asks for before the domain starts, and takes them down when it has stopped.',
    'How a domain asks for them is in /usr/share/doc/block-snapshot/docs/libvirt.md.',
  ],
  options: {},
  operands: [],
};

const TOLD: Readonly<Record<HotName, Told>> = {
  prepare: PREPARE,
  cleanup: CLEANUP,
  'create-snapshot': CREATE_SNAPSHOT,
  'destroy-snapshot': DESTROY_SNAPSHOT,
  add: ADD,
  remove: REMOVE,
  'block-snapshot-qemu': LIBVIRT_HOOK,
  'block-snapshot-libxl': LIBVIRT_HOOK,
  qemu: LIBVIRT_HOOK,
  libxl: LIBVIRT_HOOK,
};

export function hotShape(name: HotName): CommandShape {
  return { usage: USAGES[name], ...TOLD[name] };
}
