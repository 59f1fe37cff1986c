import type { CommandShape } from '../../command-shape.ts';

const TEMPLATE = [{ name: 'TEMPLATE', completes: 'template' }] as const;

export const TEMPLATE_HELP =
  'TEMPLATE is a folder with root.img in it, or the path of an image, X.img. Its cow is X-cow.img.';

/** The option that all commands on a template have. */
export const json = {
  type: 'boolean',
  default: false,
  describe:
    'The answer as JSON, which docs/templates.md and docs/families.md in /usr/share/doc/block-snapshot describe',
} as const;

/** The same for those that change something. */
export const dryRun = {
  type: 'boolean',
  default: false,
  describe: 'Do nothing, and say what would be done',
} as const;

export const COMMIT = {
  usage: 'block-snapshot commit TEMPLATE [--dry-run] [--json]',
  summary: 'End a run of a template: new VMs see what it changed',
  about: [
    'Ends the run of a template: VMs that start from now on see what it changed, those that run keep what they see. ' +
      'Its undo is kept as REVISIONS in /etc/block-snapshot.conf says. Where nothing has changed, nothing is done.',
    "A template that is a VM's block-origin disk is committed by itself when that VM stops.",
    'Of a template that is a block device (an image of Ceph, a logical volume) the versions are snapshots of its storage: ' +
      'COMMIT_COMMAND in /etc/block-snapshot.conf makes one; without that it is said which command does.',
    TEMPLATE_HELP,
  ],
  options: { 'dry-run': dryRun, json },
  operands: TEMPLATE,
} as const satisfies CommandShape;

export const REVERT = {
  usage: 'block-snapshot revert TEMPLATE [--revision N|--abandon] [--force] [--yes] [--dry-run] [--json]',
  summary: 'Undo the last run of a template, or the last N',
  about: [
    'Takes a template back to what it was before its last run, or its last N runs. The template has to be stopped, and no ' +
      'VM may use it. Interrupted at any point, the same command goes on; until it is done nothing starts on the template.',
    TEMPLATE_HELP,
  ],
  options: {
    revision: {
      type: 'string',
      requiresArg: true,
      describe: 'How many runs to undo, as block-snapshot revisions numbers them',
      defaultDescription: '1',
      value: 'N',
      completes: 'revision',
    },
    abandon: {
      type: 'boolean',
      default: false,
      describe: 'Give up a revert that cannot be finished; nothing is deleted, and it is said what is left',
    },
    force: {
      type: 'boolean',
      default: false,
      describe:
        'Merge an undo though the image has been changed since, or is another: for those who know that it fits',
    },
    yes: { type: 'boolean', default: false, describe: 'Do not ask' },
    'dry-run': dryRun,
    json,
  },
  operands: TEMPLATE,
} as const satisfies CommandShape;

export const REVISIONS = {
  usage: 'block-snapshot revisions TEMPLATE [--json]',
  summary: 'Show the finished runs that can be undone',
  about: [
    'Shows the finished runs of a template that can be undone: when each ended, how much it changed, and whether its ' +
      'undo is whole. 1 is the last run; going back to revision N undoes N runs.',
    TEMPLATE_HELP,
  ],
  options: { json },
  operands: TEMPLATE,
} as const satisfies CommandShape;

export const TRIM = {
  usage: 'block-snapshot trim TEMPLATE [--dry-run] [--json]',
  summary: "Give zeros in a template's image back to the filesystem",
  about: [
    'Gives blocks of zeros in the image of a template back to the filesystem that it lies on. No byte changes. The template ' +
      'has to be stopped, and no VM may use it. Fill what is free inside the template with zeros beforehand.',
    TEMPLATE_HELP,
  ],
  options: { 'dry-run': dryRun, json },
  operands: TEMPLATE,
} as const satisfies CommandShape;

export const VOLATILE = {
  usage: 'block-snapshot volatile IMAGE [--swap SIZE] [--json]',
  summary: "Show how large a VM's volatile disk has to be",
  about: [
    "Shows how large the volatile disk of a VM has to be in which all of a read-only root can be written over, as the VM's " +
      'own layer keeps it (/usr/share/doc/block-snapshot/docs/vm-layer.md). IMAGE is the root disk, or the template that it lies on. ' +
      'The file is sparse: it takes what is written.',
  ],
  options: {
    swap: {
      type: 'string',
      default: '1G',
      requiresArg: true,
      value: 'SIZE',
      describe: 'The swap on the same disk: what dmroot.swap= says in the VM',
    },
    json: {
      type: 'boolean',
      default: false,
      describe: 'The answer as JSON: image, root, swap and volatile, in bytes',
    },
  },
  operands: [{ name: 'IMAGE', completes: 'file' }],
} as const satisfies CommandShape;
