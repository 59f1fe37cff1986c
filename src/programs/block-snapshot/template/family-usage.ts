import type { CommandShape } from '../../command-shape.ts';
import { dryRun, json, TEMPLATE_HELP } from './usage.ts';

export const DERIVE = {
  usage: 'block-snapshot derive TEMPLATE NEW [--copy] [--dry-run] [--json]',
  summary: 'Make a new template of another, in an instant',
  about: [
    'Makes a new template whose disk has the bytes of another: a clone, which takes no space until one of them is changed, and ' +
      'depends on nothing of the other. It has no past of its own: no undo, no cow. Both have to be on one filesystem, XFS or ' +
      'btrfs, unless --copy is given. block-snapshot list says what a template was derived from.',
    'The template has to be stopped, with its last run committed; VMs may use it. NEW is a folder, which is made where it is ' +
      'not there, or the path of an image, X.img; nothing that is there is replaced.',
    TEMPLATE_HELP,
  ],
  options: {
    copy: {
      type: 'boolean',
      default: false,
      describe: 'Copy the bytes, for another filesystem or one that makes no clones; holes stay holes',
    },
    'dry-run': dryRun,
    json,
  },
  operands: [
    { name: 'TEMPLATE', completes: 'template' },
    { name: 'NEW', completes: 'file' },
  ],
} as const satisfies CommandShape;

export const DEDUPE = {
  usage: 'block-snapshot dedupe TEMPLATE TEMPLATE [TEMPLATE...] [--rate BYTES] [--dry-run] [--json]',
  summary: 'Have templates share the blocks that they have in common',
  about: [
    'Finds blocks that the images of several templates have in common, wherever they lie in them, and has the filesystem keep ' +
      'them once. No byte changes: the kernel compares them first, and templates stay independent of each other. That takes ' +
      'XFS or btrfs. What is shared already is left alone, so that an interrupted call is gone on with by calling it again.',
    'Templates that run, or that a VM uses, are left out, with a line.',
    TEMPLATE_HELP,
  ],
  options: {
    rate: {
      type: 'string',
      requiresArg: true,
      describe:
        'Read no more than that in a second; K, M and G behind the number are 1,024 bytes, its square and its cube',
      value: 'BYTES',
    },
    'dry-run': dryRun,
    json,
  },
  operands: [
    { name: 'TEMPLATE', completes: 'template' },
    { name: 'TEMPLATE', completes: 'template', repeated: true },
  ],
} as const satisfies CommandShape;
