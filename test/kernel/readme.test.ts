import { onKernel } from './lab.ts';

onKernel('what README.md gives to type', [], 'readme.js');
