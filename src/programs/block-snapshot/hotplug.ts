import {
  type DeviceType,
  isDeviceType,
  isReflinkType,
  type ReflinkType,
} from '../../devices/request/device-types.ts';
import { logCall, logError, XEN_LOG } from '../../disks/call-log.ts';
import { failureText } from '../../words/failure-text.ts';
import { oneLine, printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
import { add, reportFailure } from '../../xen/hotplug/add.ts';
import { addClone } from '../../xen/hotplug/add-clone.ts';
import { type Attachment, attachmentFromEnvironment } from '../../xen/hotplug/attachment.ts';
import { remove } from '../../xen/hotplug/remove.ts';
import { besideOperations } from './operations.ts';
import { HOTPLUG_USAGE, requireArguments } from './usage.ts';

/** How the script is called by: the type of the device is in its name. */
const PROGRAM = /^block-(.+)$/;

/**
 * `add` and `remove`, as libxl calls a disk's script, with XENBUS_PATH in the environment.
 * @param program the last part of the name that it was called by
 */
export function runHotplug(program: string, command: 'add' | 'remove', parameters: readonly string[]): void {
  const type = PROGRAM.exec(program)?.[1] ?? '';
  if (!isDeviceType(type) && !isReflinkType(type))
    throw usageError(`${printable(program)} cannot ${command}: usage: ${HOTPLUG_USAGE}`);
  requireArguments(parameters, 0, HOTPLUG_USAGE);
  let attachment: Attachment | undefined;
  try {
    attachment = attachmentFromEnvironment();
    const done = command === 'add' ? attach(type, attachment) : remove(attachment);
    logCall(program, inXen(attachment), command, done, XEN_LOG);
  } catch (error) {
    const subject = attachment ?? { path: '-', domain: '-' };
    const reason = oneLine(failureText(error));
    logCall(program, inXen(subject), command, `failed: ${reason}`, XEN_LOG);
    logError(program, subject.path, command, reason);
    throw error;
  }
}

/** A disk as the log names it: its path in xenstore, and its domain. */
function inXen({ path, domain }: Pick<Attachment, 'path' | 'domain'>): string {
  return `${path} domain ${domain}`;
}

/** An add that cannot be done is told to libxl once it is certain. */
function attach(type: DeviceType | ReflinkType, attachment: Attachment): string {
  try {
    return besideOperations(() => (isReflinkType(type) ? addClone(type, attachment) : add(type, attachment)));
  } catch (error) {
    reportFailure(attachment, error);
    throw error;
  }
}
