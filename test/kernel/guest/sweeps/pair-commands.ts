// The commands of which two are called at once: what is there before each, and how it is called.
import { type Disk, disk, makeBackend, mustAdd, pathOf } from '../hotplug/disks.ts';
import { writeRandomAt } from '../images.ts';
import { prepareHere } from '../in-process.ts';
import { runTemplate } from '../life/in-process.ts';
import type { Call } from '../stopped-calls.ts';

/** The files that a command is about. */
export interface Files {
  root: string;
  /** The template's own cow. */
  rootCow: string;
  /** That of a VM's disk. */
  vmCow: string;
  /** That of the template's run. */
  runCow: string;
}

/** One of the two: its files, and its disks for Xen. */
export interface Side {
  files: Files;
  vm: Disk;
  templateVm: Disk;
}

export function sideOf(files: Files, domain: number): Side {
  return { files, vm: disk(domain), templateVm: disk(domain, 'origin', disk(domain).device + 16) };
}

export interface PairCommand {
  /** What is there before it is called, in the order of `first`. */
  before(side: Side): void;
  first: 'a finished run' | 'what VMs have' | 'a run';
  call(side: Side): Call & { parameters: string[] };
  /** What is there beforehand is one command's alone: called twice, it is the same call twice. */
  alone?: boolean;
  /** Whether it has a cow by then, or wants one. */
  cow?: 'has' | 'wants';
}

const stackOf = ({ root, rootCow, vmCow }: Files) => `${root}:${rootCow}:${vmCow}`;
const runOf = ({ root, runCow }: Files) => `${root}:${runCow}`;

function script(program: string, of: Disk, command: 'add' | 'remove'): Call & { parameters: string[] } {
  return { program, parameters: [command], environment: { XENBUS_PATH: pathOf(of) } };
}

export const PAIR_COMMANDS: Record<string, PairCommand> = {
  prepare: {
    before: () => {},
    first: 'what VMs have',
    call: ({ files }) => ({ parameters: ['prepare', 'snapshot', stackOf(files)] }),
    cow: 'wants',
  },
  'prepare of an origin': {
    before: () => {},
    first: 'a run',
    call: ({ files }) => ({ parameters: ['prepare', 'origin', runOf(files)] }),
    cow: 'wants',
  },
  cleanup: {
    before: ({ files: { root, rootCow, vmCow } }) => {
      writeRandomAt(prepareHere('snapshot', root, rootCow, vmCow), 300_000, 200_000);
    },
    first: 'what VMs have',
    call: ({ files: { root, rootCow, vmCow } }) => ({
      parameters: ['cleanup', 'snapshot', prepareHere('snapshot', root, rootCow, vmCow)],
    }),
    cow: 'has',
  },
  'cleanup of an origin': {
    before: ({ files: { root, runCow } }) => {
      writeRandomAt(prepareHere('origin', root, runCow), 500_000, 200_000);
    },
    first: 'a run',
    call: ({ files: { root, runCow } }) => ({
      parameters: ['cleanup', 'origin', prepareHere('origin', root, runCow)],
    }),
    cow: 'has',
  },
  add: {
    before: ({ vm, files }) => makeBackend(vm, stackOf(files)),
    first: 'what VMs have',
    call: ({ vm }) => script('block-snapshot', vm, 'add'),
    cow: 'wants',
  },
  'add of an origin': {
    before: ({ templateVm, files }) => makeBackend(templateVm, runOf(files)),
    first: 'a run',
    call: ({ templateVm }) => script('block-origin', templateVm, 'add'),
    cow: 'wants',
  },
  remove: {
    before: ({ vm, files }) => {
      writeRandomAt(mustAdd(vm, stackOf(files)), 300_000, 200_000);
    },
    first: 'what VMs have',
    call: ({ vm }) => script('block-snapshot', vm, 'remove'),
    alone: true,
    cow: 'has',
  },
  'remove of an origin': {
    before: ({ templateVm, files }) => {
      writeRandomAt(mustAdd(templateVm, runOf(files)), 500_000, 200_000);
    },
    first: 'a run',
    call: ({ templateVm }) => script('block-origin', templateVm, 'remove'),
    alone: true,
    cow: 'has',
  },
  commit: {
    before: ({ files: { root, rootCow } }) => runTemplate(root, rootCow, [700_000, 100_000]),
    first: 'a finished run',
    call: ({ files: { root } }) => ({ parameters: ['commit', root] }),
    alone: true,
  },
  revert: {
    before: () => {},
    first: 'a finished run',
    call: ({ files: { root } }) => ({ parameters: ['revert', root, '--yes'] }),
  },
  trim: {
    before: () => {},
    first: 'a finished run',
    call: ({ files: { root } }) => ({ parameters: ['trim', root] }),
  },
};

const ORDER = ['a finished run', 'what VMs have', 'a run'] as const;

/** Makes what has to be there before two commands. */
export function makeBefore(commands: readonly (readonly [PairCommand, Side])[]): void {
  for (const step of ORDER)
    for (const [index, [command, side]] of commands.entries()) {
      if (command.first !== step) continue;
      if (index > 0 && command.alone && commands[0]?.[0] === command) continue;
      command.before(side);
    }
}
