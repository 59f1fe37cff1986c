import { onKernel } from './lab.ts';

onKernel('signals in every window', ['--minutes', '20'], 'signals.js');
