import { onKernel } from './lab.ts';

onKernel('stores, and the versions that they were begun on', ['--minutes', '20'], 'binding.js');
