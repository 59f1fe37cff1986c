import { onKernel } from './lab.ts';

onKernel('list and graph', [], 'list.js');
