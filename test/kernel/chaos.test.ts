import { onKernel } from './lab.ts';

// Others, and more of them, in make chaos and make soak.
onKernel('random stories of a host, and some hours of its life', ['--minutes', '20'], 'stories.js');
