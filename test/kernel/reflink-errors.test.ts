import { onKernel } from './lab.ts';

// All calls, on btrfs too, in make test-long.
onKernel('clones with errors in their system calls', ['--minutes', '20'], 'reflink-errors.js');
