import { onKernel } from './lab.ts';

onKernel('what is told of what is done', [], 'told.js');
