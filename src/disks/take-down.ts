import { type Claim, claimOn, claimsOn } from '../claims/claims.ts';
import { withBaseLock } from '../devices/kernel/base-lock.ts';
import { closeBaseVersion } from '../devices/kernel/base-version.ts';
import { firstLayersOn } from '../devices/kernel/first-layers.ts';
import { namesIfThere } from '../devices/kernel/if-there.ts';
import { withFileBehind } from '../devices/kernel/live-stores.ts';
import { mendOrigin } from '../devices/kernel/origin-device.ts';
import { glance } from '../devices/kernel/patience.ts';
import { type Removal, removeUnused } from '../devices/kernel/remove-device.ts';
import { type UdevSession, withUdevSession } from '../devices/kernel/udev-session.ts';
import { endWholeWrites, storeDevice } from '../devices/kernel/whole-writes.ts';
import {
  type DeviceIdentity,
  deviceName,
  MAPPER_FOLDER,
  type OurDevice,
  originName,
} from '../devices/plan/device-names.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import type { OriginTable } from '../devices/plan/origin-table.ts';
import type { TakeDownOptions, TakenDown } from '../devices/taken-down.ts';
import { isSystemError } from '../native/system-error.ts';
import { warn } from '../words/complaint.ts';
import { Refusal } from '../words/refusal.ts';

/**
 * Takes down a device that nobody uses, and everything under it that nobody else uses. The loop devices go with the
 * last device on them, by the kernel's own doing.
 */
export function takeDown({ identity, node }: OurDevice, options: TakeDownOptions<TakenDown> = {}): TakenDown {
  const { base } = identity;
  return withBaseLock(base, () =>
    withUdevSession(udev => {
      const origin = mendOrigin(base, udev);
      const work = new Work(claimsOn(base, options.attachment), options.patience, udev);
      const removal =
        identity.type === 'origin'
          ? endRun(origin, () => work.removeOrigin(identity))
          : work.removeStack(identity, origin !== undefined);
      const left = isLeft(removal)
        ? `${node} is in use${removal.kind === 'in use' ? ` by ${removal.users}` : ''}: left as it is`
        : undefined;
      const outcome = { left, lingering: work.lingering, claimed: work.claimed };
      // Nodes and all: what is forgotten afterwards has to be gone altogether.
      udev.settle();
      options.finished?.(outcome);
      return outcome;
    }),
  );
}

/**
 * Notes on the image of an origin, once that is gone, how its run has left it: whatever changes it from then on is none of ours.
 * Where it cannot be noted the run counts as one that was cut short.
 */
function endRun(origin: OriginTable | undefined, remove: () => Removal): Removal {
  if (origin === undefined) return remove();
  let removal: Removal | undefined;
  withFileBehind(origin.base, file => {
    removal = remove();
    if (isLeft(removal)) return;
    try {
      closeBaseVersion(file);
    } catch (error) {
      if (!(error instanceof Refusal) && !isSystemError(error)) throw error;
      warn(`the end of the run of ${file.path} could not be noted: ${error.message}`);
    }
  });
  return removal ?? remove();
}

/**
 * What keeps a layer while its template runs: the first one has to receive the old blocks of whatever the template
 * overwrites. Undefined for the others.
 */
export function runThatKeeps(base: ImageKey, cows: readonly ImageKey[]): string | undefined {
  return cows.length === 1 ? `the running template (${originName(base)})` : undefined;
}

/** One call of takeDown. */
class Work {
  lingering = false;
  claimed = false;
  readonly #claims: readonly Claim[];
  readonly #patience: number;
  readonly #udev: UdevSession;

  constructor(claims: readonly Claim[], patience: number | undefined, udev: UdevSession) {
    this.#claims = claims;
    this.#patience = patience ?? glance();
    this.#udev = udev;
  }

  /** From the top down; what a killed command left of a stack goes too. @returns what became of the top */
  removeStack({ base, cows }: DeviceIdentity & { type: 'snapshot' }, originRuns: boolean): Removal {
    const top = this.#removeLayer(base, cows, originRuns, this.#patience);
    let removal = top;
    for (let depth = cows.length - 1; depth > 0 && !isLeft(removal); depth--)
      removal = this.#removeLayer(base, cows.slice(0, depth), originRuns, glance());
    return top;
  }

  #removeLayer(base: ImageKey, cows: ImageKey[], originRuns: boolean, patience: number): Removal {
    const template = originRuns ? runThatKeeps(base, cows) : undefined;
    if (template !== undefined) return { kind: 'in use', users: template };
    return this.#remove({ type: 'snapshot', base, cows }, patience);
  }

  /** When the origin goes, the first layers that only it kept go with it. @returns what became of it */
  removeOrigin(origin: DeviceIdentity & { type: 'origin' }): Removal {
    const removal = this.#remove(origin, this.#patience);
    if (isLeft(removal)) return removal;
    // Of the layers of an origin that a killed command has removed, there may be nodes alone.
    const nodes = removal.kind === 'absent' ? namesIfThere(MAPPER_FOLDER) : [];
    for (const layer of firstLayersOn(origin.base, nodes)) {
      const store = storeDevice(deviceName(layer));
      this.#remove(layer, glance());
      if (store !== undefined) endWholeWrites(store);
    }
    return removal;
  }

  #remove(identity: DeviceIdentity, patience: number): Removal {
    const claim = claimOn(this.#claims, identity);
    if (claim !== undefined) {
      this.claimed = true;
      return { kind: 'in use', users: `the VM disk ${claim.attachment}` };
    }
    const target = identity.type === 'origin' ? 'snapshot-origin' : 'snapshot';
    const removal = removeUnused(deviceName(identity), target, patience, this.#udev);
    if (removal.kind === 'lingering') this.lingering = true;
    return removal;
  }
}

function isLeft({ kind }: Removal): boolean {
  return kind === 'in use' || kind === 'lingering';
}
