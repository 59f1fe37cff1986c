import type { CommandShape } from '../../command-shape.ts';
import { dryRun, json, TEMPLATE_HELP } from './usage.ts';

export const CONVERT = {
  usage: 'block-snapshot convert TEMPLATE snapshot|reflink [--dry-run] [--json]',
  summary: 'Make a template one of snapshots, or one of clones',
  about: [
    'Makes a template of snapshots (X-cow.img lies beside its image) one of clones, or the other way round. No byte of its image ' +
      'changes, and all versions that can be gone back to can be afterwards: what its undos lead to becomes versions of clones, and what ' +
      'those have else becomes undos. For clones the filesystem has to be btrfs or XFS.',
    'The template has to be stopped, with its last run committed, and no VM may use it. Interrupted at any point, the template is of ' +
      'one kind or the other, whole, and the same command goes on.',
    TEMPLATE_HELP,
  ],
  options: { 'dry-run': dryRun, json },
  operands: [
    { name: 'TEMPLATE', completes: 'template' },
    { name: 'KIND', completes: ['snapshot', 'reflink'] },
  ],
} as const satisfies CommandShape;
