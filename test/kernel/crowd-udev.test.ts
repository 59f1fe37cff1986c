import { onKernel } from './lab.ts';

onKernel('a crowd of commands on one template, with udev', ['--udev', '--minutes', '20'], 'crowd.js');
