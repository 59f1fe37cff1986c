/** What a command has made so far, to be taken back in the opposite order when a later step fails. */
export class Undo {
  readonly #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** Runs an action; when it throws, takes back what was made, as far as the kernel lets it, and throws the same. */
  guard<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      for (const step of this.#steps.reverse()) {
        try {
          step();
        } catch {
          // The next command on this base finds what is left; the first error says why.
        }
      }
      throw error;
    }
  }
}
