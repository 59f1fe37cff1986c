import { onKernel } from './lab.ts';

onKernel('the contract of the devices, without udev', [], 'contract.js');
