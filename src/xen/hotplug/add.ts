import { claim } from '../../claims/claim.ts';
import { type Claim, claimsOn } from '../../claims/claims.ts';
import { type Access, requireFree, requireShareable } from '../../claims/sharing.ts';
import { limitWaits } from '../../devices/kernel/patience.ts';
import type { OurDevice } from '../../devices/plan/device-names.ts';
import { prepare } from '../../devices/prepare.ts';
import type { DeviceType } from '../../devices/request/device-types.ts';
import { parseStackRequest } from '../../devices/request/stack-request.ts';
import { failureText } from '../../words/failure-text.ts';
import { withXenstore, type Xenstore } from '../xenstore/store.ts';
import type { Attachment } from './attachment.ts';
import { publishDevice, publishError, readBackend } from './backend.ts';
import { takeDownFormer } from './former.ts';
import { holderInXenstore, unclaimedDisks } from './holders.ts';
import { MAKING_ENDS, UNDOING_ENDS } from './limits.ts';
import { sweep } from './sweep.ts';

/**
 * Makes the device that the backend asks for, claims it, and tells blkback of it.
 * @returns what was done, in a few words for the log
 * @throws Refusal, with nothing of this call left
 */
export function add(type: DeviceType, attachment: Attachment): string {
  const { key } = attachment;
  limitWaits(MAKING_ENDS);
  return withXenstore(store => {
    const { parameters, mode, access } = readBackend(store, attachment);
    const request = parseStackRequest(type, parameters);
    takeDownFormer(key);
    let others: Claim[] = [];
    const { node } = prepare(request, {
      chosen: device => {
        others = claimsOn(device.identity.base, key);
        requireAllowed(store, attachment, device, access, others);
        return claim(key, { parameters, device });
      },
      ready: device => {
        limitWaits(UNDOING_ENDS);
        store.restartClock();
        publishDevice(store, attachment, device);
      },
    });
    const swept = sweep(
      () => others,
      ask => ask(store),
    );
    return [`connected ${node}, mode ${mode}`, ...swept].join('; ');
  });
}

/** @throws Refusal when another VM has what this one would write to, or writes to what this one would have */
function requireAllowed(
  store: Xenstore,
  attachment: Attachment,
  device: OurDevice,
  access: Access,
  others: readonly Claim[],
): void {
  // The wait for the lock may have taken its time.
  store.restartClock();
  const claims = [...others, ...unclaimedDisks(store, attachment, device, others)];
  requireShareable(device, access, claims, claim =>
    holderInXenstore(store, claim.attachment, attachment.domain),
  );
  requireFree(device, attachment.key, access);
}

/** Tells libxl why a disk could not be attached: the reason in xenstore. */
export function reportFailure(attachment: Attachment, error: unknown): void {
  try {
    withXenstore(store => publishError(store, attachment, failureText(error)));
  } catch {
    // xenstore is what failed: standard error, the log and the exit status tell libxl as much.
  }
}
