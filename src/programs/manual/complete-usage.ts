import type { CommandShape } from '../command-shape.ts';

/** What is looked up for completion; nodes the shells find by themselves. */
const SUBJECTS = ['templates', 'revisions', 'vms'] as const;
export type Subject = (typeof SUBJECTS)[number];

export const COMPLETE = {
  usage: 'block-snapshot complete templates|revisions|vms [TEMPLATE]',
  summary: 'Print what could be meant, for completion',
  about: [
    'Prints what is there at this moment, one a line: the templates, the revisions of TEMPLATE, or the names of VMs. The ' +
      'completion of bash and zsh asks it. What cannot be found out is left out, without a word.',
  ],
  options: {},
  operands: [
    { name: 'templates|revisions|vms', completes: SUBJECTS },
    { name: 'TEMPLATE', completes: 'template', optional: true },
  ],
} as const satisfies CommandShape;
