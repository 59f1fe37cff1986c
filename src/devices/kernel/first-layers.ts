import { addon } from '../../native/addon.ts';
import { type DeviceIdentity, parseDeviceName, snapshotPrefix } from '../plan/device-names.ts';
import type { ImageKey } from '../plan/image-key.ts';

/** The first layers that are there on a base. @param nodes names of those of which there may be nothing else */
export function firstLayersOn(base: ImageKey, nodes: readonly string[] = []): DeviceIdentity[] {
  const prefix = snapshotPrefix(base);
  return [...new Set([...addon().deviceNames(), ...nodes])]
    .filter(name => name.startsWith(prefix))
    .flatMap(name => {
      const identity = parseDeviceName(name);
      return identity?.type === 'snapshot' && identity.cows.length === 1 ? [identity] : [];
    });
}
