import { onKernel } from './lab.ts';

onKernel('what is said with --dry-run, and what is done then', [], 'dry-run.js');
