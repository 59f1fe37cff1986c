import { onKernel } from './lab.ts';

onKernel('what the layer inside a VM writes', [], 'vm-store.js');
