import { onKernel } from './lab.ts';

for (const scenario of [
  'prepare of two layers',
  'prepare of two layers while the template runs',
  'prepare of an origin',
])
  onKernel(scenario, [], 'kills.js', scenario);
