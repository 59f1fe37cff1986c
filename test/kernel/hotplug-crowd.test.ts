import { onKernel } from './lab.ts';

onKernel('200 starts and stops on one template', ['--minutes', '20'], 'hotplug-crowd.js');
