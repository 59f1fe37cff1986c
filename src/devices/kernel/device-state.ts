import { addon, type DeviceState } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { nodeOf } from '../plan/device-names.ts';
import { type DeviceNumber, deviceNumber } from '../plan/device-number.ts';

/**
 * How a device-mapper device stands:
 * - absent: there is none of that name;
 * - unfinished: it has no live table, because whoever made it was killed half-way;
 * - live: it has one.
 */
export type Standing =
  | { kind: 'absent' }
  | { kind: 'unfinished'; state: DeviceState }
  | { kind: 'live'; state: DeviceState; device: DeviceNumber };

/**
 * Looks at a device under the lock of its base.
 * @throws Refusal when a second table waits behind the live one: somebody else is changing the device
 */
export function standingOf(name: string): Standing {
  const state = readTable(name);
  if (state === undefined) return { kind: 'absent' };
  if (!state.liveTable) return { kind: 'unfinished', state };
  if (state.inactiveTable)
    throw new Refusal(
      `${nodeOf(name)} is being changed: a second table is loaded; resume it or drop it (dmsetup clear ${name})`,
    );
  return { kind: 'live', state, device: deviceNumber(state.major, state.minor) };
}

function readTable(name: string): DeviceState | undefined {
  return askDeviceMapper(() => addon().deviceTable(name)) ?? undefined;
}

/**
 * The first question to device-mapper that a command asks; it tells as well whether there is any.
 * @throws Refusal when there is none, or it answers root alone
 */
export function askDeviceMapper<Answer>(question: () => Answer): Answer {
  try {
    return question();
  } catch (error) {
    const detail = isSystemError(error) ? error.detail : '';
    if (isSystemError(error, 'EACCES', 'EPERM') || /permission/i.test(detail))
      throw new Refusal('no permission to use device-mapper (/dev/mapper/control): run as root');
    if (/driver|control/i.test(detail))
      throw new Refusal(
        'the kernel has no device-mapper (/dev/mapper/control): load the module (modprobe dm-mod)',
      );
    throw error;
  }
}

/** A refusal for a name that is taken by something that we did not make, or not so. */
export function foreignTable(name: string, reason: string): Refusal {
  return new Refusal(
    `${nodeOf(name)} is there with a table that is not what it should be (${reason}): ` +
      `see dmsetup table ${name}; if nothing uses it, remove it (dmsetup remove ${name})`,
  );
}
