/** What became of a device that should go. */
export interface TakenDown {
  /** What is left because it is in use, as one sentence; undefined when the device is gone. */
  left: string | undefined;
  /** Whether something that no claim and no other device accounts for keeps one of its devices open: try again later. */
  lingering: boolean;
  /** Whether it is a claim alone that keeps the device: its VM may be gone. */
  claimed: boolean;
}

export interface TakeDownOptions<Outcome extends TakenDown> {
  /** The attachment that this is done for: its own claim does not keep the device. */
  attachment?: string;
  /** Milliseconds to wait for the last one to close the device; without it, as long as udev may look at it. */
  patience?: number;
  /** What has to happen under the same locks, once it is known what became of the device. */
  finished?: (outcome: Outcome) => void;
}
