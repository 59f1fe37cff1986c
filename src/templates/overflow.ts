import { claimsOn, isStanding } from '../claims/claims.ts';
import type { Image } from '../devices/kernel/images.ts';
import { roomText } from '../devices/kernel/room.ts';
import type { NameUser } from './users.ts';

/** What there is to say of a run whose store had no room for all old blocks. */
export interface Overflow {
  /** The cow that it was in. */
  cow: string;
  /** What its filesystem has left, in words; empty where that is not known. */
  room: string;
  /** The VMs that have a disk on the version before this run, which is lost: as they are called. */
  lost: string[];
}

/** The caller holds the base's lock. */
export function overflowOf(base: Image, cow: Image, nameUser: NameUser): Overflow {
  const lost = claimsOn(base.key)
    .filter(({ identity }) => identity.type === 'snapshot' && identity.cows[0] === cow.key)
    .filter(isStanding)
    .map(({ attachment }) => nameUser(attachment));
  return { cow: cow.path, room: roomText(cow.path), lost };
}

/** What was lost, and what to do about it, as a part of a sentence. */
export function overflowText({ cow, room, lost }: Omit<Overflow, 'room'> & { room?: string }): string {
  const vms =
    lost.length === 0
      ? ''
      : `; these VMs have lost their disk, stop them and start them again: ${lost.join(', ')}`;
  return `it cannot be undone, for ${cow} overflowed and its old blocks are lost${room && ` (${room})`}${vms}`;
}
