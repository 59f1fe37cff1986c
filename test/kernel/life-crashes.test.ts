import { onKernel } from './lab.ts';

onKernel('a template whose machine loses power', [], 'life-crashes/power-cuts.js');
onKernel(
  'a template whose machine loses power in a run that writes nothing',
  [],
  'life-crashes/unwritten-runs.js',
);
onKernel('a template whose commands are killed', [], 'life-crashes/kills.js');
