import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';

let end = Number.POSITIVE_INFINITY;

/**
 * Sets when this program has to have done with waiting, whatever it waits for: for callers that give it a limited time.
 * @param milliseconds since the program was started
 */
export function limitWaits(milliseconds: number): void {
  end = milliseconds;
}

/** How long to wait for something that may take `milliseconds`: so long, or as long as there is time. */
export function patience(milliseconds: number): number {
  return Math.max(0, Math.min(milliseconds, Math.round(end - host.elapsed())));
}

/** How long a program that only looks at a device (udev, mostly) may keep it from going. */
const GLANCE_MILLISECONDS = 200;

/** Milliseconds to wait for the last one to close a device that nobody uses: none where nobody looks at devices. */
export function glance(): number {
  return addon().fileStatus('/run/udev/control') !== null ? GLANCE_MILLISECONDS : 0;
}
