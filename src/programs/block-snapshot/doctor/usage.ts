import type { CommandShape } from '../../command-shape.ts';

export const DOCTOR = {
  usage: 'block-snapshot doctor [--json] [--fix] [--report [--verbatim]]',
  summary: 'Find what is not as it should be, and what mends it',
  about: [
    'Looks for what is not as it should be: devices, stores, loop devices, records, locks, and what this system has installed. ' +
      'Says of each what it means, and the commands that mend it.',
    'Exit status: 0 nothing was found, 3 something was, 1 something could not be looked at, 2 wrong usage.',
  ],
  options: {
    json: {
      type: 'boolean',
      default: false,
      describe: 'As JSON, which /usr/share/doc/block-snapshot/docs/doctor.md describes',
    },
    fix: {
      type: 'boolean',
      default: false,
      describe: 'Run those commands: what loses nothing at once, the rest when you say yes',
    },
    report: {
      type: 'boolean',
      default: false,
      describe: 'To send to somebody: what this system is, and no names of VMs or paths',
    },
    verbatim: { type: 'boolean', default: false, describe: 'Names of VMs and paths in the report' },
  },
  operands: [],
} as const satisfies CommandShape;
