import type { CommandShape } from '../../command-shape.ts';

export const LIST = {
  usage: 'block-snapshot list [--json]',
  summary: 'Show every template, its versions, and who uses them',
  about: [
    'Shows every template with its versions, what lies on them, who uses it, how full it is, and what nobody uses.',
  ],
  options: {
    json: {
      type: 'boolean',
      default: false,
      describe: 'As JSON, which /usr/share/doc/block-snapshot/docs/list.md describes',
    },
  },
  operands: [],
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
