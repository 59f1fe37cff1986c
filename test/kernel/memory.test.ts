import { onKernel } from './lab.ts';

// Once each here, with udev; make test-memory sees that nothing grows.
onKernel('the addon under the sanitizers', ['--udev'], 'memory.js', '0');
