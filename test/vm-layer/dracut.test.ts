// The layer in dracut's initramfs. With `full` as its parameter (make test-long) it is started as often as in initramfs-tools', and
// in one without systemd as well, where dracut's own hooks call it.
import { withoutLayer } from './roots.ts';
import { sceneOf } from './scene.ts';
import { everyStop } from './stops.ts';
import { everyStore } from './stores.ts';
import { withSystemd } from './systemd.ts';

const full = process.argv[2] === 'full';
const scene = sceneOf('dracut');
everyStore(scene, full);
withSystemd(scene);
withoutLayer(scene, full);
everyStop(scene, full ? 2 : 1);

if (full) {
  const hooks = sceneOf('dracut without systemd');
  everyStore(hooks, false);
  withoutLayer(hooks, true);
  everyStop(hooks, 2);
}
