import { onKernel } from './lab.ts';

onKernel('power cuts', [], 'power-cuts.js');
