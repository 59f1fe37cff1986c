import { onKernel } from './lab.ts';

for (const scenario of ['remove of the last VM', 'remove of one VM of two'])
  onKernel(scenario, [], 'hotplug-kills.js', scenario);
