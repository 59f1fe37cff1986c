import { onKernel } from './lab.ts';

onKernel('a crowd of commands on one template, without udev', ['--minutes', '20'], 'crowd.js');
