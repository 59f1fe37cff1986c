import { onKernelsAtOnce } from './lab.ts';

// FAT keeps times of two seconds, which are waited for at most steps.
onKernelsAtOnce(
  ['stores, and the versions that they were begun on: FAT', ['--minutes', '20'], 'binding.js', 'FAT'],
  [
    'stores, and the versions that they were begun on',
    ['--minutes', '20'],
    'binding.js',
    'ext4',
    'XFS',
    'tmpfs',
    'overlay',
  ],
);
