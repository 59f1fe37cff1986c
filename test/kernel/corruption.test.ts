import { onKernel } from './lab.ts';

onKernel('what is read back, damaged', [], 'corruption.js');
