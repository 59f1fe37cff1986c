import { requireTrusted } from '../../claims/claims.ts';
import { detach } from '../../disks/detach.ts';
import { Refusal } from '../../words/refusal.ts';

/** A record of this number of domain and disk is of one that is gone, whose `remove` never came, or did not get it all. */
export function takeDownFormer(key: string): void {
  try {
    detach(key, 0);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // What cannot be read as a record is written over, but not where anybody can write.
    requireTrusted();
  }
}
