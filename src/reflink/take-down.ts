import { type LoopClaim, loopClaims } from '../claims/loop-claims.ts';
import { withLocks } from '../devices/kernel/base-lock.ts';
import { statusIfThere } from '../devices/kernel/if-there.ts';
import { glance } from '../devices/kernel/patience.ts';
import type { TakeDownOptions, TakenDown } from '../devices/taken-down.ts';
import { Refusal } from '../words/refusal.ts';
import { clearsItself, hasLoop, keepLoop, letGo, servesOf } from './loop.ts';
import { dropFiles, isMadeAnew } from './made-anew.ts';
import { fileKey, type Volume } from './volume.ts';

/** What became of a disk that should go. */
interface DiskTakenDown extends TakenDown {
  /** Whether what was written of it is kept, and nobody has it open: it can be committed. */
  kept: boolean;
}

/** How often it is looked again at what the disk is. */
const ATTEMPTS = 10;

type Options = TakeDownOptions<DiskTakenDown>;

/**
 * Takes down the loop device of a disk that nobody uses. With it goes what was written, of a disk that is made anew at each start.
 * @param node /dev/loopN; what it serves by now is looked at, and nothing of others is touched
 */
export function takeDownReflink(volume: Volume, node: string, options: Options = {}): DiskTakenDown {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const names = locksOf(volume);
    const outcome = withLocks(
      names,
      () => {
        if (locksOf(volume).join() !== names.join()) return undefined;
        const outcome = takeDown(volume, node, options);
        options.finished?.(outcome);
        return outcome;
      },
      // A disk that is made anew may never be again, and what is no longer the newest version nobody asks for.
      name =>
        name === volume.lock
          ? statusIfThere(volume.dirty) === undefined
          : fileKey('disk', volume.image) !== name,
    );
    if (outcome !== undefined) return outcome;
  }
  throw new Refusal(`disk ${volume.image} is replaced by another again and again: try later`);
}

/** Of a disk that is made anew, what it was made of is the template's, and stays whatever becomes of the disk. */
function locksOf(volume: Volume): string[] {
  const image = isMadeAnew(volume) ? undefined : fileKey('disk', volume.image);
  return image === undefined ? [volume.lock] : [volume.lock, image];
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
