import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { imageOfCow } from '../plan/own-cow.ts';
import type { Image } from './images.ts';
import { roomText } from './room.ts';

/**
 * A refusal for a store whose old blocks are lost: it had no room for them.
 * @param node of its snapshot where that is there
 */
export function lostStore(cow: Image, node?: string): Refusal {
  const room = cow.device === undefined ? roomText(cow.path) : '';
  const what = `cow ${cow.path} is Invalid: ${node === undefined ? 'its snapshot' : `the snapshot ${node}`} overflowed and `;
  const lost = `the old blocks are lost${room && ` (${room})`}`;
  const first = node === undefined ? '' : 'stop what uses it (see block-snapshot list), then ';
  return new Refusal(`${what}${lost}; ${first}${wayOut(cow)}`);
}

function wayOut({ path }: Image): string {
  const template = imageOfCow(path);
  return template !== path && addon().fileStatus(template) !== null
    ? `end the run of the template, which cannot be undone any more: block-snapshot commit ${template}`
    : 'give a new cow';
}
