import { onKernel } from './lab.ts';

onKernel('one disk by several names, and several commands at once', [], 'one-disk.js');
