import { onKernel } from './lab.ts';

// The others, and all on btrfs, in make test-long.
onKernel(
  'disks that are clones, killed at every system call',
  [],
  'reflink-kills.js',
  'prepare of a clone',
  'add of a clone',
  "remove of a template's run, with its commit",
  'a conversion to clones',
  'a conversion to snapshots',
);
