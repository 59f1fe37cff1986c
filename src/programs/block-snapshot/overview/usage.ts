import { ORDERS } from '../../../overview/select.ts';
import { COLUMN_NAMES } from '../../../overview/text/column-names.ts';
import type { CommandShape } from '../../command-shape.ts';

export const LIST = {
  usage: 'block-snapshot list [TEMPLATE] [--json] [--columns NAMES] [--sort ORDER] [--watch]',
  summary: 'Show every template, its versions, and who uses them',
  about: [
    'Shows every template with its versions, what lies on them, who uses it, how full it is, and what nobody uses; with TEMPLATE, that one alone.',
    'On a narrow terminal columns are left out, and paths are shortened in their middle.',
  ],
  options: {
    json: {
      type: 'boolean',
      default: false,
      describe: 'As JSON, which /usr/share/doc/block-snapshot/docs/list.md describes',
    },
    columns: {
      type: 'string',
      requiresArg: true,
      value: 'NAMES',
      describe: `The columns beside the tree, with commas between them: ${COLUMN_NAMES.join(',')}`,
    },
    sort: {
      type: 'string',
      requiresArg: true,
      value: 'ORDER',
      choices: ORDERS,
      describe: 'In which order, at each level of the tree',
    },
    watch: { type: 'boolean', default: false, describe: 'Show it anew every two seconds, until Ctrl-C' },
  },
  operands: [{ name: 'TEMPLATE', completes: 'template', optional: true }],
} as const satisfies CommandShape;

export const GRAPH = {
  usage: 'block-snapshot graph [-o FILE.svg]',
  summary: 'Draw the same as a picture',
  about: ['Draws every template with its versions, what lies on them and who uses it, as an SVG picture.'],
  options: {
    output: {
      type: 'string',
      alias: 'o',
      requiresArg: true,
      describe: 'Write to this file instead of standard output',
      value: 'FILE.svg',
      completes: 'file',
    },
  },
  operands: [],
} as const satisfies CommandShape;
