import { onKernel } from './lab.ts';

onKernel('add and remove, without udev', [], 'hotplug.js');
