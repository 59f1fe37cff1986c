import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { nodeOf } from '../plan/device-names.ts';
import { patience } from './patience.ts';

/**
 * What udev's rules are told about our devices (libdevmapper.h): DISABLE_SUBSYSTEM_RULES, DISABLE_DISK_RULES and
 * DISABLE_OTHER_RULES. VMs write the bytes on them, so nothing of this machine may scan them: no blkid, no LVM, no udisks.
 */
const UDEV_FLAGS = 0x0002 | 0x0004 | 0x0008;

/** Long for udev, even on a machine that has more to do than it can. */
const PATIENCE_MILLISECONDS = 20_000;

const TRIES_TO_GO_ON = 10;

/**
 * The events of one command for udev, waited for together at its end: udev works on one device while the command
 * goes on with the next. A cookie is asked for only when there is something to wait for.
 */
export class UdevSession {
  #cookie: number | undefined;
  readonly #removed = new Set<string>();

  #events(): number {
    this.#cookie ??= addon().createUdevCookie();
    return this.#cookie;
  }

  /** Gets what waiting for udev takes, which can fail (its semaphores can be used up), before a moment in which nothing may. */
  ready(): void {
    this.#events();
  }

  /**
   * Has a suspended device go on: it has its node already, so nobody waits for udev, and no semaphore is needed. Tried
   * again when the kernel is short of memory for a moment: whoever has the disk stands still until it comes about.
   */
  goOn(name: string): void {
    for (let triesLeft = TRIES_TO_GO_ON - 1; ; triesLeft--)
      try {
        addon().resumeDevice(name, 0, UDEV_FLAGS);
        return;
      } catch (error) {
        if (triesLeft === 0) throw error;
      }
  }

  /** Makes a loaded table live, or a suspended device go on. */
  resume(name: string): void {
    this.#removed.delete(name);
    addon().resumeDevice(name, this.#events(), UDEV_FLAGS);
  }

  remove(name: string): void {
    addon().removeDevice(name, this.#events(), UDEV_FLAGS);
    this.#removed.add(name);
  }

  /**
   * Waits until the nodes under /dev/mapper are as the devices are.
   * @throws Refusal when udev does not come to an end
   */
  settle(): void {
    if (this.#cookie === undefined) return;
    const cookie = this.#cookie;
    this.#cookie = undefined;
    const limit = patience(PATIENCE_MILLISECONDS);
    if (!addon().waitForUdev(cookie, limit))
      throw new Refusal(
        `udev did not finish within ${Math.round(limit / 1000)} s: see udevadm settle, and the log of systemd-udevd`,
      );
    // libdevmapper goes on where it could not remove a node: the number behind it may be another device's soon.
    for (const name of this.#removed) if (addon().fileStatus(nodeOf(name)) !== null) addon().mendNode(name);
    this.#removed.clear();
  }
}

/** Runs an action with a session, and settles it on every way out. */
export function withUdevSession<Result>(action: (udev: UdevSession) => Result): Result {
  const udev = new UdevSession();
  let result: Result;
  try {
    result = action(udev);
  } catch (error) {
    try {
      udev.settle();
    } catch {
      // The first error says more than that udev is slow as well.
    }
    throw error;
  }
  udev.settle();
  return result;
}
