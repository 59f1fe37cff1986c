import { withoutLayer } from './roots.ts';
import { sceneOf } from './scene.ts';
import { everyStore } from './stores.ts';
import { withSystemd } from './systemd.ts';

const scene = sceneOf('initramfs-tools');
everyStore(scene, true);
withSystemd(scene);
withoutLayer(scene, true);
