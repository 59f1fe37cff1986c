import { loopClaims } from '../../claims/loop-claims.ts';
import { limitWaits } from '../../devices/kernel/patience.ts';
import type { ReflinkType } from '../../devices/request/device-types.ts';
import { parseReflinkRequest, REFLINK_FORM } from '../../devices/request/reflink-request.ts';
import { prepareReflink } from '../../reflink/prepare.ts';
import { withXenstore } from '../xenstore/store.ts';
import type { Attachment } from './attachment.ts';
import { publishLoop, readBackend } from './backend.ts';
import { takeDownFormer } from './former.ts';
import { holderInXenstore } from './holders.ts';
import { MAKING_ENDS, UNDOING_ENDS } from './limits.ts';
import { sweep } from './sweep.ts';

/**
 * The same as add for a disk that is a clone.
 * @returns what was done, in a few words for the log
 * @throws Refusal, with nothing of this call left
 */
export function addClone(type: ReflinkType, attachment: Attachment): string {
  const { key, domain } = attachment;
  limitWaits(MAKING_ENDS);
  return withXenstore(store => {
    const { parameters, mode, access } = readBackend(store, attachment, REFLINK_FORM[type]);
    const request = parseReflinkRequest(type, parameters);
    takeDownFormer(key);
    const { node } = prepareReflink(request, {
      attachment: {
        key,
        parameters,
        access,
        holderOf: claim => {
          // The wait for the lock may have taken its time.
          store.restartClock();
          return holderInXenstore(store, claim.attachment, domain);
        },
      },
      ready: device => {
        limitWaits(UNDOING_ENDS);
        store.restartClock();
        publishLoop(store, attachment, device.node);
      },
    });
    const swept = sweep(
      () => loopClaims(key),
      ask => ask(store),
    );
    return [`connected ${node}, mode ${mode}`, ...swept].join('; ');
  });
}
