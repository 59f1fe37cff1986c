import { removeIfThere } from '../devices/kernel/if-there.ts';
import { withDescriptor } from '../devices/kernel/open-descriptor.ts';
import type { OurDevice } from '../devices/plan/device-names.ts';
import {
  type DeviceType,
  isDeviceType,
  isReflinkType,
  type ReflinkType,
} from '../devices/request/device-types.ts';
import { parseNode } from '../devices/request/node-request.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';
import { recordAccess } from './access-record.ts';
import { damaged, NODE_RECORD, RECORDS_FOLDER, requireTrusted } from './claims.ts';
import { parseRecordedNode } from './recorded-node.ts';
import type { Access } from './sharing.ts';

const PARAMETERS_RECORD = '-params';
const TYPE_RECORD = '-type';

/** What a record says of a disk's device: its node, and of which type it is. */
export interface RecordedDevice {
  node: string;
  identity: { type: DeviceType | ReflinkType };
}

/** A disk that is a clone, as it is recorded: its device is a loop device. */
export interface RecordedClone {
  node: string;
  identity: { type: ReflinkType };
  parameters: string;
}

/** What is kept of an attachment until it is detached, one file each, as the bash script keeps it. */
export interface AttachmentRecord {
  /** BASE:COW[:COW2…] as it was when the disk was attached. */
  parameters: string;
  device: RecordedDevice;
  /** How the VM has it, where xenstore does not say so. */
  access?: Access;
}

/**
 * Records an attachment. The node comes last: as long as it is missing, nothing was made.
 * @throws Refusal when the folder cannot be written, or others than root can
 */
export function writeRecord(key: string, { parameters, device, access }: AttachmentRecord): void {
  try {
    addon().makeFolder(RECORDS_FOLDER, 0o755);
    requireTrusted();
    writeValue(key + PARAMETERS_RECORD, parameters);
    writeValue(key + TYPE_RECORD, device.identity.type);
    if (access !== undefined) recordAccess(key, access);
    writeValue(key + NODE_RECORD, device.node);
  } catch (error) {
    if (error instanceof Refusal || !isSystemError(error)) throw error;
    if (!isSystemError(error, 'EROFS', 'EACCES', 'EPERM')) forgetRecord(key);
    throw new Refusal(
      `cannot write ${RECORDS_FOLDER}/${key}${NODE_RECORD} (${error.code}): ${RECORDS_FOLDER} has to be writable`,
    );
  }
}

/**
 * Reads the record of an attachment back.
 * @returns undefined where none of its devices can have been made
 * @throws Refusal when it is not one that could have been written
 */
export function readRecord(key: string): (OurDevice & { parameters: string }) | RecordedClone | undefined {
  const path = `${RECORDS_FOLDER}/${key}${NODE_RECORD}`;
  const text = addon().readText(path) ?? '';
  if (text === '') return undefined;
  requireTrusted();
  const node = parseRecordedNode(text);
  if (node.kind === 'damaged') throw damaged(path, text);
  const type = readType(key);
  const parameters = readParameters(key);
  if (type !== undefined && isReflinkType(type))
    return { node: text.trimEnd(), identity: { type }, parameters };
  try {
    return {
      ...parseNode(text.trimEnd(), type !== undefined && isDeviceType(type) ? type : undefined),
      parameters,
    };
  } catch {
    throw new Refusal(
      `${path} holds ${printable(text.trimEnd())}, which is no node of ours: remove the file, and see dmsetup ls`,
    );
  }
}

/** What an attachment was asked for by; empty where that cannot be read. */
export function readParameters(key: string): string {
  return readValue(key + PARAMETERS_RECORD) ?? '';
}

/** The type that is recorded of an attachment's device. */
export function readType(key: string): string | undefined {
  return readValue(key + TYPE_RECORD);
}

/** Whether what is recorded is a clone. */
export function isClone(record: OurDevice | RecordedClone): record is RecordedClone {
  return isReflinkType(record.identity.type);
}

/** Forgets an attachment, the claim first. */
export function forgetRecord(key: string): void {
  for (const suffix of [NODE_RECORD, TYPE_RECORD, PARAMETERS_RECORD])
    removeIfThere(`${RECORDS_FOLDER}/${key}${suffix}`);
}

function writeValue(name: string, value: string): void {
  const { writeOnly, create, truncate, noFollow, nonBlocking } = addon().openFlags;
  const flags = writeOnly | create | truncate | noFollow | nonBlocking;
  withDescriptor(addon().openFile(`${RECORDS_FOLDER}/${name}`, flags, 0o644), descriptor =>
    addon().writeText(descriptor, `${value}\n`),
  );
}

/** Undefined as well for what was cut short: part of a path is another path. */
function readValue(name: string): string | undefined {
  const text = addon().readText(`${RECORDS_FOLDER}/${name}`);
  return text?.endsWith('\n') ? text.slice(0, -1) : undefined;
}
