import { host } from '../../host/host.ts';

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
