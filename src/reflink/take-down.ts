import { type LoopClaim, loopClaims } from '../claims/loop-claims.ts';
import { withLocks } from '../devices/kernel/base-lock.ts';
import { glance } from '../devices/kernel/patience.ts';
import type { TakeDownOptions, TakenDown } from '../devices/taken-down.ts';
import { clearsItself, hasLoop, keepLoop, letGo, servesOf } from './loop.ts';
import { dropFiles, isMadeAnew } from './made-anew.ts';
import { fileKey, type Volume } from './volume.ts';

/** What became of a disk that should go. */
interface DiskTakenDown extends TakenDown {
  /** Whether what was written of it is kept, and nobody has it open: it can be committed. */
  kept: boolean;
}

type Options = TakeDownOptions<DiskTakenDown>;

/**
 * Takes down the loop device of a disk that nobody uses. With it goes what was written, of a disk that is made anew at each start.
 * @param node /dev/loopN; what it serves by now is looked at, and nothing of others is touched
 */
export function takeDownReflink(volume: Volume, node: string, options: Options = {}): DiskTakenDown {
  const image = fileKey('disk', volume.image);
  return withLocks(image === undefined ? [volume.lock] : [volume.lock, image], () => {
    const outcome = takeDown(volume, node, options);
    options.finished?.(outcome);
    return outcome;
  });
}

function takeDown(volume: Volume, node: string, { attachment, patience }: Options): DiskTakenDown {
  const serves = servesOf(node, volume);
  const user = serves === 'now' ? loopClaims(attachment).find(claim => claim.node === node) : undefined;
  if (user !== undefined) return leave(node, user);
  const stays = !clearsItself(node);
  if (serves !== 'nothing' && !letGo(node, volume, patience ?? glance())) {
    // Of a disk whose VM has gone the loop device goes when the last one closes it; a person's stays as it was.
    if (attachment === undefined && stays) keepLoop(node);
    return leave(node);
  }
  // What has the names of this disk by now may be in use again.
  const isClosed = serves === 'now' || (serves === 'nothing' && !hasLoop(volume));
  const kept = !isMadeAnew(volume);
  if (isClosed && !kept) dropFiles(volume);
  return { left: undefined, lingering: false, claimed: false, kept: isClosed && kept };
}

function leave(node: string, user?: LoopClaim): DiskTakenDown {
  const by = user === undefined ? '' : ` by the VM disk ${user.attachment}`;
  return {
    left: `${node} is in use${by}: left as it is`,
    lingering: user === undefined,
    claimed: user !== undefined,
    kept: false,
  };
}
