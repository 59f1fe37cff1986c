import { onKernel } from './lab.ts';

onKernel('disks that are clones of files', [], 'reflink.js');
