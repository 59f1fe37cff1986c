import type { Access } from '../../claims/sharing.ts';
import { openToRead, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import type { OurDevice } from '../../devices/plan/device-names.ts';
import { deviceNumber, deviceNumberOf } from '../../devices/plan/device-number.ts';
import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { oneLine, printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import type { Store, Xenstore } from '../xenstore/store.ts';
import type { Attachment } from './attachment.ts';

/** What libxl asks for. */
export interface Backend {
  /** BASE:COW[:COW2…] or SOURCE:DISK, with nothing checked but that it is text. */
  parameters: string;
  /** As xenstore has it, for the log. */
  mode: string | undefined;
  /** The images are attached for writing whatever it is: blkback keeps a reader from it. */
  access: Access;
}

/** Bytes of the longest text that is written as a reason: a long path must not make the write fail. */
const LONGEST_REASON = 2000;

/**
 * @param form of the parameters, for people
 * @throws Refusal when what libxl should have written is not there, or makes no sense
 */
export function readBackend(store: Store, { path }: Attachment, form = 'BASE:COW[:COW2...]'): Backend {
  const parameters = store.read(`${path}/params`);
  if (parameters === undefined || parameters === '')
    throw new Refusal(`${path}/params in xenstore is missing: give the disk a target=${form}`);
  const mode = store.read(`${path}/mode`);
  const access = accessOf(mode);
  if (access === undefined)
    throw new Refusal(
      `${path}/mode in xenstore is ${mode === undefined ? 'missing' : printable(mode)}: it has to be r or w`,
    );
  return { parameters, mode, access };
}

/** How a VM has its disk, in the words of a `mode` that Xen's block script takes; undefined for none of them. */
export function accessOf(mode: string | undefined): Access | undefined {
  return mode === 'r' ? 'read' : mode === 'w' ? 'write' : mode === 'w!' ? 'share' : undefined;
}

/** The number of a block device as backends have it. */
export function physicalDevice({ major, minor }: { major: number; minor: number }): string {
  return `${major.toString(16)}:${minor.toString(16)}`;
}

/**
 * Tells blkback and libxl of the device, all at once.
 * @throws Refusal when the node is not the device that was made
 */
export function publishDevice(store: Xenstore, attachment: Attachment, device: OurDevice): void {
  publish(store, attachment, device.node, inspectNode(device));
}

/** The same of a loop device. @throws Refusal when the node is none, or is another's */
export function publishLoop(store: Xenstore, attachment: Attachment, node: string): void {
  publish(store, attachment, node, inspectLoop(node));
}

function publish(store: Xenstore, { path }: Attachment, node: string, { number, sequence }: Inspected): void {
  store.transaction(transaction => {
    transaction.write(`${path}/physical-device`, number);
    transaction.write(`${path}/physical-device-path`, node);
    transaction.write(`${path}/node`, node);
    if (sequence !== undefined) transaction.write(`${path}/diskseq`, sequence.toString(16));
    transaction.write(`${path}/hotplug-status`, 'connected');
  });
}

/** Tells libxl why there is no device. */
export function publishError(store: Xenstore, { path }: Attachment, reason: string): void {
  store.transaction(transaction => {
    transaction.write(`${path}/hotplug-error`, shortened(oneLine(reason)));
    transaction.write(`${path}/hotplug-status`, 'error');
  });
}

/** As many whole characters as fit. */
function shortened(text: string): string {
  const bytes = host.bytesOf(text);
  if (bytes.length <= LONGEST_REASON) return text;
  // A character that was cut in two is left out.
  return host.textOf(bytes.subarray(0, LONGEST_REASON)).replace(/\ufffd$/, '');
}

interface Inspected {
  number: string;
  sequence: bigint | undefined;
}

function inspectLoop(node: string): Inspected {
  return withDescriptor(openToRead(node), descriptor => {
    const { kind, rdev } = addon().descriptorStatus(descriptor);
    const [major = '', minor = ''] = deviceNumberOf(rdev).split(':');
    if (kind !== 'block device' || node !== `/dev/loop${minor}`)
      throw new Refusal(`${node} is not the loop device of that name: see losetup -l`);
    return {
      number: physicalDevice({ major: Number(major), minor: Number(minor) }),
      sequence: addon().blockDeviceSequence(descriptor) ?? undefined,
    };
  });
}

/** What blkback needs to know of the node, from the very device that device-mapper has under that name. */
function inspectNode({ node, name }: OurDevice): Inspected {
  return withDescriptor(openToRead(node), descriptor => {
    const stats = addon().descriptorStatus(descriptor);
    const device = addon().deviceTable(name);
    if (
      device === null ||
      stats.kind !== 'block device' ||
      deviceNumberOf(stats.rdev) !== deviceNumber(device.major, device.minor)
    )
      throw new Refusal(`${node} is not the device of that name: see dmsetup info, and dmsetup mknodes`);
    return {
      number: physicalDevice(device),
      sequence: addon().blockDeviceSequence(descriptor) ?? undefined,
    };
  });
}
