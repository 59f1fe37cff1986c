import { addon } from '../../native/addon.ts';

/** Descriptors that have to stay open until device-mapper has the devices open itself; all are closed together. */
export class HeldDescriptors {
  readonly #descriptors: number[] = [];

  /** Holds a descriptor, and gives it back. */
  hold(descriptor: number): number {
    this.#descriptors.push(descriptor);
    return descriptor;
  }

  release(): void {
    for (const descriptor of this.#descriptors.splice(0)) addon().closeFile(descriptor);
  }
}

/** Runs an action with a holder, and releases it on every way out. */
export function withHeldDescriptors<Result>(action: (held: HeldDescriptors) => Result): Result {
  const held = new HeldDescriptors();
  try {
    return action(held);
  } finally {
    held.release();
  }
}
