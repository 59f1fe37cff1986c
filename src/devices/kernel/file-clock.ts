import { addon } from '../../native/addon.ts';

/** The kernel's clock for files ticks every 10 ms at most (HZ of 100): two changes within a tick have the same time. */
const TICK_NANOSECONDS = 20_000_000n;

/** The same of filesystems that keep times of two seconds (FAT), or of one. */
const COARSE_NANOSECONDS = 2_020_000_000n;

const SECOND_NANOSECONDS = 1_000_000_000n;

/** Waits until the clock gives files another time than this one: a few milliseconds, and seldom two seconds. */
export function waitUntilPast(changed: bigint): void {
  const tick = changed % SECOND_NANOSECONDS === 0n ? COARSE_NANOSECONDS : TICK_NANOSECONDS;
  for (;;) {
    const age = BigInt(Date.now()) * 1_000_000n - changed;
    if (age >= tick || age <= -tick) return;
    addon().sleepMilliseconds(5);
  }
}
