/**
 * What the small programs need of whatever runs them, and nothing else: their modules name no global that the language
 * itself does not have (test/unit/floors.test.ts).
 */
export interface Host {
  /** The name that the program was called by, as it was given: a path, or a word. */
  readonly calledBy: string;
  /** The program's parameters, the name not among them. */
  readonly parameters: readonly string[];
  readonly processId: number;
  /** Whose rights the process has. */
  readonly effectiveUser: number;
  /** What runs the program, with its version. */
  readonly runtime: string;
  /** The absolute path of the folder that relative paths are below. */
  currentFolder(): string;
  /** The value of a variable of the environment; undefined where it is not set. */
  environment(name: string): string | undefined;
  /** Milliseconds since the program was started, by a clock that nobody sets. */
  elapsed(): number;
  /** What the program's exit status will be when it has nothing left to do. */
  setExitStatus(status: number): void;
  /** A text in UTF-8; half of a surrogate pair becomes U+FFFD. */
  bytesOf(text: string): Uint8Array;
  /** A text from UTF-8; what is none becomes U+FFFD. */
  textOf(bytes: Uint8Array): string;
  /** A line on standard error, for when the addon cannot be loaded and so cannot write it. */
  writeLastLine(line: string): void;
  /**
   * What src/native/addon exports.
   * @param path of the addon where it is a file, and lies elsewhere than beside the executable
   * @throws Refusal when it cannot be loaded
   */
  loadAddon(path?: string): unknown;
  /**
   * Becomes the larger program, with everything as it was given to this one; missing in the larger one itself.
   * @param name that it is called by; as this one was called where there is none
   * @returns only where it cannot be run: what was tried, and the name of the errno
   */
  handOver?(name?: string): { path: string; code: string };
}
