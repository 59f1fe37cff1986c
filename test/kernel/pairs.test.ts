import { onKernel } from './lab.ts';

onKernel('two commands at once, one of which is stopped on its way', ['--minutes', '20'], 'pairs.js');
