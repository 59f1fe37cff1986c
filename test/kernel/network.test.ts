import { onKernel } from './lab.ts';

onKernel('bases that lie with a server', ['--udev'], 'network.js');
