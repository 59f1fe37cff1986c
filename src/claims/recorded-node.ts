import { type DeviceIdentity, MAPPER_FOLDER, parseDeviceName } from '../devices/plan/device-names.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';

/**
 * What the record of a disk's node holds. Whoever writes one ends it with a newline: without it, it was cut short, and a
 * part of a name may be the name of another device.
 * - nothing: it was just made, and no device has been;
 * - foreign: a node that is none of ours, whole;
 * - damaged: a part of one, or no text that anybody writes there.
 */
export type RecordedNode =
  | { kind: 'nothing' | 'foreign' | 'damaged' }
  | { kind: 'ours'; name: string; identity: DeviceIdentity };

export function parseRecordedNode(text: string): RecordedNode {
  if (text === '') return { kind: 'nothing' };
  const node = text.trimEnd();
  const name = node.startsWith(MAPPER_FOLDER) ? node.slice(MAPPER_FOLDER.length) : node;
  const whole = text.endsWith('\n');
  const identity = whole ? parseDeviceName(name) : undefined;
  if (identity !== undefined) return { kind: 'ours', name, identity };
  return { kind: whole && /^\/dev\/[\x21-\x7e]+$/.test(node) && !isBegun(name) ? 'foreign' : 'damaged' };
}

function isBegun(name: string): boolean {
  return /^(snapshot|origin)-/.test(name);
}

/** Whether what is left of a record may have named a device of a base. */
export function mayNameDeviceOf(text: string, base: ImageKey): boolean {
  const node = text.trimEnd();
  const names = [`snapshot-${base}-`, `origin-${base}`];
  const whole = [...names, ...names.map(name => MAPPER_FOLDER + name)];
  const ofOurs = /^(\/dev\/mapper\/)?(snapshot|origin)-/.test(node);
  return !ofOurs || whole.some(name => name.startsWith(node) || node.startsWith(name));
}
