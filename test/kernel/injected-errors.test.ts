import { onKernel } from './lab.ts';

onKernel('errors in the system calls of every command', ['--minutes', '20'], 'injected-errors.js');
