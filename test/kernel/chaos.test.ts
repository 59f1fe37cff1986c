import { onKernel } from './lab.ts';

// Others, and more of them, in make chaos.
onKernel('random stories of a host', ['--minutes', '20'], 'chaos.js');
