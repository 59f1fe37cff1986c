import { onKernel } from './lab.ts';

for (const scenario of ['add of the first VM', 'add of a second VM', 'add of an origin'])
  onKernel(scenario, [], 'hotplug-kills.js', scenario);
