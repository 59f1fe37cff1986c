/** Exit statuses of all commands. */
export const EXIT_ERROR = 1;
export const EXIT_USAGE = 2;

/**
 * The one error that people see: what is wrong with which thing, and what to do about it, in one line.
 * Whatever throws it has left everything as it was.
 */
export class Refusal extends Error {
  readonly exitStatus: number;

  constructor(message: string, exitStatus: number = EXIT_ERROR) {
    super(message);
    this.name = 'Refusal';
    this.exitStatus = exitStatus;
  }
}

/** The exit status of a program that ends with this error. */
export function exitStatusOf(error: unknown): number {
  return error instanceof Refusal ? error.exitStatus : EXIT_ERROR;
}

/** Wrong usage of a command: exit status 2. */
export function usageError(message: string): Refusal {
  return new Refusal(message, EXIT_USAGE);
}
