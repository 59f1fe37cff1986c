/**
 * One rule of the program, and the change of its source that switches it off. The text has to be in `src` or `etc/vm` exactly once, in
 * whichever file: a guard that no longer applies is an error, not a guard less.
 */
export interface Guard {
  /** What holds while it is there, as ARCHITECTURE.md has it. */
  rule: string;
  from: string;
  to: string;
  /** The compiled program with the tests, below build/test; those of kernel/guest run in the lab. */
  program: string;
  /** The tests that have to fail without the rule: their names say it. */
  checks: readonly string[];
  /** Where udev has to run in the lab. */
  udev?: boolean;
  /** Where the tests run the executable: it is built anew. */
  executable?: boolean;
}
