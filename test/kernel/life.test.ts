import { onKernel } from './lab.ts';

onKernel('the life of a template', [], 'life.js');
