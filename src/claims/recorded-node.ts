import { findOurDevice, nameOf, nodeOf, type OurDevice } from '../devices/plan/device-names.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';

/**
 * What the record of a disk's node holds. Whoever writes one ends it with a newline: without it, it was cut short, and a
 * part of a name may be the name of another device.
 * - nothing: it was just made, and no device has been;
 * - foreign: a node that is none of ours, whole;
 * - damaged: a part of one, or no text that anybody writes there.
 */
export type RecordedNode = { kind: 'nothing' | 'foreign' | 'damaged' } | { kind: 'ours'; device: OurDevice };

export function parseRecordedNode(text: string): RecordedNode {
  if (text === '') return { kind: 'nothing' };
  const node = text.trimEnd();
  const whole = text.endsWith('\n');
  const device = whole ? findOurDevice(node) : undefined;
  if (device !== undefined) return { kind: 'ours', device };
  return {
    kind: whole && /^\/dev\/[\x21-\x7e]+$/.test(node) && !isBegun(nameOf(node)) ? 'foreign' : 'damaged',
  };
}

function isBegun(name: string): boolean {
  return /^(snapshot|origin)-/.test(name);
}

/** Whether what is left of a record may have named a device of a base. */
export function mayNameDeviceOf(text: string, base: ImageKey): boolean {
  const node = text.trimEnd();
  const names = [`snapshot-${base}-`, `origin-${base}`];
  const whole = [...names, ...names.map(name => nodeOf(name))];
  const ofOurs = /^(\/dev\/mapper\/)?(snapshot|origin)-/.test(node);
  return !ofOurs || whole.some(name => name.startsWith(node) || node.startsWith(name));
}
