import { onKernel } from './lab.ts';

onKernel('a kernel without modules', ['--bare'], 'bare-kernel.js');
