import { withoutLayer } from './roots.ts';
import { sceneOf } from './scene.ts';
import { everyStop } from './stops.ts';
import { everyStore } from './stores.ts';

const scene = sceneOf('dracut');
everyStore(scene, false);
withoutLayer(scene);
everyStop(scene, 2);
