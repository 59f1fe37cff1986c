import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { CONFIGURATION_FILE, configuration } from '../configuration.ts';
import type { Image } from './images.ts';
import { askedNode } from './network-device.ts';
import { patience } from './patience.ts';

/**
 * Asks a base that is reached over a network for one block, past the page cache. No other is asked for anything, and this is
 * done before anything is locked: nobody else waits meanwhile.
 * @throws Refusal when none comes in time: what would be made on it is good for nothing
 */
export function requireAnswer({ device, path }: Image): void {
  const node = device === undefined ? undefined : askedNode(device);
  if (node === undefined) return;
  const { baseSeconds } = configuration();
  const [answer] = addon().blockAnswers([node], patience(baseSeconds * 1000));
  if (answer === true) return;
  const named = node === path ? path : `${path} (${node})`;
  throw new Refusal(
    answer === false
      ? `base ${named} gave no block within ${baseSeconds} s (BASE_TIMEOUT in ${CONFIGURATION_FILE}): see that its server is reached`
      : `base ${named} cannot be read (${answer}): see that it is connected, and dmesg`,
  );
}
