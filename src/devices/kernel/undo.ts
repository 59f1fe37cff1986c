interface Step {
  takeBack: () => void;
  carriesAll: boolean;
}

/** What a command has made so far, to be taken back in the opposite order when a later step fails. */
export class Undo {
  readonly #steps: Step[] = [];

  add(step: () => void): void {
    this.#steps.push({ takeBack: step, carriesAll: false });
  }

  /** The same of what lies on all that was made before: where it cannot be taken back, that stays, by which it is found. */
  addUppermost(step: () => void): void {
    this.#steps.push({ takeBack: step, carriesAll: true });
  }

  /** Runs an action; when it throws, takes back what was made, as far as the kernel lets it, and throws the same. */
  guard<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      for (const { takeBack, carriesAll } of this.#steps.reverse()) {
        try {
          takeBack();
        } catch {
          // The next command on this base finds what is left; the first error says why.
          if (carriesAll) break;
        }
      }
      throw error;
    }
  }
}
