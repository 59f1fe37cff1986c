import { onKernel } from './lab.ts';

onKernel('the contract of the devices, with udev', ['--udev'], 'contract.js');
onKernel('what udev makes of the devices', ['--udev'], 'udev.js');
