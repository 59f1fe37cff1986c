import { addon } from '../native/addon.ts';
import { withBaseLock } from './kernel/base-lock.ts';
import { mendOrigin } from './kernel/origin-device.ts';
import { removeUnused } from './kernel/remove-device.ts';
import { type UdevSession, withUdevSession } from './kernel/udev-session.ts';
import {
  MAPPER_FOLDER,
  originName,
  parseDeviceName,
  snapshotName,
  snapshotPrefix,
} from './plan/device-names.ts';
import type { ImageKey } from './plan/image-key.ts';
import type { NodeRequest } from './request/node-request.ts';

/**
 * Takes down a device that nobody uses, and everything under it that nobody else uses. The loop devices go with the
 * last device on them, by the kernel's own doing.
 * @returns what is left because it is in use, as one sentence; undefined when it is gone
 */
export function cleanup({ identity, name }: NodeRequest): string | undefined {
  return withBaseLock(identity.base, () =>
    withUdevSession(udev => {
      const origin = mendOrigin(identity.base, udev);
      const users =
        identity.type === 'origin'
          ? takeDownOrigin(identity.base, udev)
          : takeDownSnapshot(identity.base, identity.cows, origin !== undefined, udev);
      if (users === undefined) return undefined;
      return `${MAPPER_FOLDER}${name} is in use${users && ` by ${users}`}: left as it is`;
    }),
  );
}

/** From the top down; what a killed command left of a stack goes too. */
function takeDownSnapshot(
  base: ImageKey,
  cows: readonly ImageKey[],
  originRuns: boolean,
  udev: UdevSession,
): string | undefined {
  for (let depth = cows.length; depth > 0; depth--) {
    const top = depth === cows.length;
    // The first layer has to receive the old blocks of whatever the template overwrites.
    if (depth === 1 && originRuns) return top ? `the running template (${originName(base)})` : undefined;
    const removal = removeUnused(snapshotName(base, cows.slice(0, depth)), 'snapshot', udev);
    if (removal.kind === 'in use') return top ? removal.users : undefined;
  }
  return undefined;
}

/** When the origin goes, the first layers that only it kept go with it. */
function takeDownOrigin(base: ImageKey, udev: UdevSession): string | undefined {
  const removal = removeUnused(originName(base), 'snapshot-origin', udev);
  if (removal.kind === 'in use') return removal.users;
  const prefix = snapshotPrefix(base);
  for (const name of addon().deviceNames()) {
    if (!name.startsWith(prefix)) continue;
    const identity = parseDeviceName(name);
    if (identity?.type === 'snapshot' && identity.cows.length === 1) removeUnused(name, 'snapshot', udev);
  }
  return undefined;
}
