import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { CONFIGURATION_FILE, configuration } from '../configuration.ts';
import { deviceName } from '../plan/device-names.ts';
import { isLoopNumber } from '../plan/disk-key.ts';
import { firstLayersOn } from './first-layers.ts';
import type { Image } from './images.ts';
import { backingFileIn, loopQuestions } from './loop-questions.ts';
import { blockDevicePath } from './open-descriptor.ts';
import { patience } from './patience.ts';
import { storeDevice } from './whole-writes.ts';

/**
 * Asks the stores of a base's VMs that lie with a server, where it is another than that of the images: what a run overwrites is
 * kept there first, and whoever asks one that has died is held by the kernel.
 * @throws Refusal where one does not answer in time
 */
export function requireStoresAnswer(base: Image): void {
  const questions = loopQuestions(new Map([[base.key, base]]));
  const loops = firstLayersOn(base.key)
    .flatMap(layer => attachedStore(deviceName(layer)))
    .filter(({ name, file }) => questions.of(name, file) === 'not at all');
  if (loops.length === 0) return;
  const { baseSeconds } = configuration();
  const silent =
    loops[
      addon()
        .loopAnswers(loops, patience(baseSeconds * 1000))
        .indexOf(false)
    ];
  if (silent !== undefined)
    throw new Refusal(
      `${silent.file} (/dev/${silent.name}), where a VM on ${base.path} keeps what a run overwrites, gives no answer within ` +
        `${baseSeconds} s (BASE_TIMEOUT in ${CONFIGURATION_FILE}): see that its server is reached`,
    );
}

/** The loop device that a snapshot's store is; none where it is another device. */
function attachedStore(snapshot: string): { name: string; file: string }[] {
  const device = storeDevice(snapshot);
  if (device === undefined || !isLoopNumber(device)) return [];
  const name = blockDevicePath(device)?.slice('/dev/'.length);
  const file = backingFileIn(`/sys/dev/block/${device}`);
  return name === undefined || file === undefined ? [] : [{ name, file }];
}
