import { openToRead, withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { MAPPER_FOLDER } from '../../devices/plan/device-names.ts';
import { deviceNumber, deviceNumberOf } from '../../devices/plan/device-number.ts';
import { addon } from '../../native/addon.ts';
import { oneLine, printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import type { Store, Xenstore } from '../xenstore/store.ts';
import type { Attachment } from './attachment.ts';

/** What libxl asks for. */
export interface Backend {
  /** BASE:COW[:COW2…], with nothing checked but that it is text. */
  parameters: string;
  /** Whether the VM may write. The images are attached for writing either way: blkback keeps a reader from it. */
  mode: 'r' | 'w';
}

/** Bytes of the longest text that is written as a reason: a long path must not make the write fail. */
const LONGEST_REASON = 2000;

/** @throws Refusal when what libxl should have written is not there, or makes no sense */
export function readBackend(store: Store, { path }: Attachment): Backend {
  const parameters = store.read(`${path}/params`);
  if (parameters === undefined || parameters === '')
    throw new Refusal(`${path}/params in xenstore is missing: give the disk a target=BASE:COW[:COW2...]`);
  const mode = store.read(`${path}/mode`);
  if (mode !== 'r' && mode !== 'w')
    throw new Refusal(
      `${path}/mode in xenstore is ${mode === undefined ? 'missing' : printable(mode)}: it has to be r or w`,
    );
  return { parameters, mode };
}

/**
 * Tells blkback and libxl of the device, all at once.
 * @throws Refusal when the node is not the device that was made
 */
export function publishDevice(store: Xenstore, { path }: Attachment, node: string): void {
  const { physicalDevice, sequence } = inspectNode(node);
  store.transaction(transaction => {
    transaction.write(`${path}/physical-device`, physicalDevice);
    transaction.write(`${path}/physical-device-path`, node);
    transaction.write(`${path}/node`, node);
    if (sequence !== null) transaction.write(`${path}/diskseq`, sequence.toString(16));
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
  const bytes = Buffer.from(text);
  if (bytes.length <= LONGEST_REASON) return text;
  // A character that was cut in two is left out.
  return bytes
    .subarray(0, LONGEST_REASON)
    .toString()
    .replace(/\ufffd$/, '');
}

/** What blkback needs to know of the node, from the very device that device-mapper has under that name. */
function inspectNode(node: string): { physicalDevice: string; sequence: bigint | null } {
  return withDescriptor(openToRead(node), descriptor => {
    const stats = addon().descriptorStatus(descriptor);
    const device = addon().deviceTable(node.slice(MAPPER_FOLDER.length));
    if (
      device === null ||
      stats.kind !== 'block device' ||
      deviceNumberOf(stats.rdev) !== deviceNumber(device.major, device.minor)
    )
      throw new Refusal(`${node} is not the device of that name: see dmsetup info, and dmsetup mknodes`);
    return {
      physicalDevice: `${device.major.toString(16)}:${device.minor.toString(16)}`,
      sequence: addon().blockDeviceSequence(descriptor),
    };
  });
}
