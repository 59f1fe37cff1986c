import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { type DeviceIdentity, MAPPER_FOLDER, parseDeviceName } from '../plan/device-names.ts';
import type { DeviceType } from './stack-request.ts';

/** The device that a NODE stands for, given with or without /dev/mapper/. */
export interface NodeRequest {
  name: string;
  identity: DeviceIdentity;
}

/**
 * @param type when given, what the node has to be
 * @throws Refusal when the name is not one of our devices', or one of the other type
 */
export function parseNode(node: string, type?: DeviceType): NodeRequest {
  const name = node.startsWith(MAPPER_FOLDER) ? node.slice(MAPPER_FOLDER.length) : node;
  const identity = parseDeviceName(name);
  const form = type ?? 'snapshot';
  if (identity === undefined || (type !== undefined && identity.type !== type))
    throw new Refusal(
      `${printable(node)} is not the name of ${form === 'origin' ? 'an origin' : 'a snapshot'}: ` +
        `give the node that prepare printed, ${MAPPER_FOLDER}${form}-...`,
    );
  return { name, identity };
}
