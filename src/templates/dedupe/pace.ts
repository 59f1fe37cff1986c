import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds from some moment on, and waiting for some of them. */
export interface Clock {
  now(): number;
  wait(milliseconds: number): Promise<unknown>;
}

const CLOCK: Clock = { now: () => performance.now(), wait: milliseconds => pause(milliseconds) };

/** What btrfs compares at most in one call. */
const LARGEST_PIECE = 16 * 1024 * 1024;
const SMALL_PIECE = 1024 * 1024;

/** Milliseconds. */
const SHORTEST_WAIT = 5;
const LONGEST_BREATH = 50;

/** Keeps what is read of a disk below so many bytes in a second, and lets signals come through in between. */
export class Pace {
  readonly #rate: number;
  readonly #clock: Clock;
  /** When all that was read so far is paid for. */
  #paid: number;
  /** When signals came through last. */
  #breathed: number;

  /** @param rate bytes in a second; Infinity for as many as there can be */
  constructor(rate: number, clock = CLOCK) {
    this.#rate = rate;
    this.#clock = clock;
    this.#paid = clock.now();
    this.#breathed = this.#paid;
  }

  /** Bytes of one file that are to be read at once. */
  get piece(): number {
    return this.#rate === Number.POSITIVE_INFINITY ? LARGEST_PIECE : SMALL_PIECE;
  }

  /** Returns when these bytes, which were read just now, are paid for. What was not read is nothing saved. */
  async pay(bytes: number): Promise<void> {
    this.#paid = Math.max(this.#paid, this.#clock.now()) + (bytes / this.#rate) * 1000;
    const owed = this.#paid - this.#clock.now();
    // A wait lasts a millisecond at least, however small the pieces are.
    if (owed < SHORTEST_WAIT && this.#clock.now() - this.#breathed < LONGEST_BREATH) return;
    await this.#clock.wait(Math.max(0, owed));
    this.#breathed = this.#clock.now();
  }
}
