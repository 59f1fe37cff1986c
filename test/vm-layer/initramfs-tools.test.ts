import { withoutLayer } from './roots.ts';
import { sceneOf } from './scene.ts';
import { everyStore } from './stores.ts';

const scene = sceneOf('initramfs-tools');
everyStore(scene, true);
withoutLayer(scene);
