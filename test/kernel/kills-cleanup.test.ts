import { onKernel } from './lab.ts';

for (const scenario of ['cleanup of two layers', 'cleanup of an origin'])
  onKernel(scenario, [], 'kills.js', scenario);
