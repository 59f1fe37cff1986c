import { withoutLayer } from './roots.ts';
import { sceneOf } from './scene.ts';
import { everyStop } from './stops.ts';
import { everyStore } from './stores.ts';
import { withSystemd } from './systemd.ts';

const scene = sceneOf('dracut');
everyStore(scene, false);
withSystemd(scene, 1);
withoutLayer(scene);
everyStop(scene, 2);
