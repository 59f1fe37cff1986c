import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { findOurDevice, MAPPER_FOLDER, type OurDevice } from '../plan/device-names.ts';
import type { DeviceType } from './device-types.ts';

export type { OurDevice };

/**
 * The device that a NODE stands for, given with or without /dev/mapper/.
 * @param type when given, what the node has to be
 * @throws Refusal when the name is not one of our devices', or one of the other type
 */
export function parseNode(node: string, type?: DeviceType): OurDevice {
  const device = findOurDevice(node);
  const form = type ?? 'snapshot';
  if (device === undefined || (type !== undefined && device.identity.type !== type))
    throw new Refusal(
      `${printable(node)} is not the name of ${form === 'origin' ? 'an origin' : 'a snapshot'}: ` +
        `give the node that prepare printed, ${MAPPER_FOLDER}${form}-...`,
    );
  return device;
}
