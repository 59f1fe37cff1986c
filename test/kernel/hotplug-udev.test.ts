import { onKernel } from './lab.ts';

onKernel('add and remove, with udev', ['--udev'], 'hotplug.js');
