import { onKernel } from './lab.ts';

onKernel('families of templates', [], 'families.js');
