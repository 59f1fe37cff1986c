import { onKernel } from './lab.ts';

onKernel('the life of a template on every filesystem', [], 'filesystems.js');
