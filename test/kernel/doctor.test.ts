import { onKernel } from './lab.ts';

onKernel('doctor', ['--udev'], 'doctor.js');
