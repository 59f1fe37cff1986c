import { onKernel } from './lab.ts';

// At more points in make test-long.
onKernel('clones whose machine loses power', ['--minutes', '20'], 'reflink-power-cuts.js');
