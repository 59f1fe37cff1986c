import { DOCTOR } from '../block-snapshot/doctor/usage.ts';
import { hotShape } from '../block-snapshot/hot-shapes.ts';
import { GRAPH, LIST } from '../block-snapshot/overview/usage.ts';
import type { HOT_COMMANDS, HOT_PROGRAMS, LIBVIRT_HOOKS, OTHER_COMMANDS } from '../block-snapshot/run.ts';
import { CONVERT } from '../block-snapshot/template/convert-usage.ts';
import { DEDUPE, DERIVE } from '../block-snapshot/template/family-usage.ts';
import { COMMIT, REVERT, REVISIONS, TRIM, VOLATILE } from '../block-snapshot/template/usage.ts';
import type { CommandShape } from '../command-shape.ts';
import { COMPLETE } from './complete-usage.ts';

/** Every command of block-snapshot, in the order in which people read of them: one that is missing does not compile. */
export const COMMANDS: Readonly<
  Record<keyof typeof HOT_COMMANDS | (typeof OTHER_COMMANDS)[number], CommandShape>
> = {
  prepare: hotShape('prepare'),
  cleanup: hotShape('cleanup'),
  commit: COMMIT,
  revisions: REVISIONS,
  revert: REVERT,
  trim: TRIM,
  derive: DERIVE,
  dedupe: DEDUPE,
  convert: CONVERT,
  volatile: VOLATILE,
  list: LIST,
  graph: GRAPH,
  doctor: DOCTOR,
  add: hotShape('add'),
  remove: hotShape('remove'),
  complete: COMPLETE,
};

/** The programs that are one command. */
export const PROGRAMS: Readonly<
  Record<keyof typeof HOT_PROGRAMS | keyof typeof LIBVIRT_HOOKS, CommandShape>
> = {
  'create-snapshot': hotShape('create-snapshot'),
  'destroy-snapshot': hotShape('destroy-snapshot'),
  'block-snapshot-qemu': hotShape('block-snapshot-qemu'),
  'block-snapshot-libxl': hotShape('block-snapshot-libxl'),
  qemu: hotShape('qemu'),
  libxl: hotShape('libxl'),
};

export const SUMMARY = "snapshot block devices for virtual machines that share a template's disk";

/** What holds for all of them. */
export const EXIT_STATUS =
  '0 done, 1 it could not be done (the reason is one line on standard error), 2 wrong usage; of doctor, 3 something was found.';
