import { printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
import { inform } from '../answer.ts';
import { runCleanup } from './cleanup.ts';
import { runCreateSnapshot } from './create-snapshot.ts';
import { runDestroySnapshot } from './destroy-snapshot.ts';
import { runPrepare } from './prepare.ts';

type Command = (parameters: readonly string[], program: string) => void | Promise<void>;

// The hot commands are those that a VM's start or stop waits for. What each of them loads is listed, and held to the list,
// by test/unit/hot-modules.ts.

/** Hot: the commands that are programs of their own, by the name they are called by. */
const HOT_PROGRAMS: Readonly<Record<string, Command>> = {
  'create-snapshot': runCreateSnapshot,
  'destroy-snapshot': runDestroySnapshot,
};

/** Hot: libvirt's hooks, by the names that they have in its folders qemu.d and libxl.d, or in place of those (libvirt before 6.5). */
const LIBVIRT_HOOKS: Readonly<Record<string, 'qemu' | 'libxl'>> = {
  'block-snapshot-qemu': 'qemu',
  'block-snapshot-libxl': 'libxl',
  qemu: 'qemu',
  libxl: 'libxl',
};

/** Hot: commands of block-snapshot, by its first argument. */
const HOT_COMMANDS: Readonly<Record<string, Command>> = {
  prepare: runPrepare,
  cleanup: runCleanup,
  add: hotplug('add'),
  remove: hotplug('remove'),
};

/** Commands of block-snapshot that nothing waits for but a person, or a script of theirs. */
const OTHER_COMMANDS: Readonly<Record<string, Command>> = {
  commit: async parameters => (await import('./template/commit.ts')).runCommit(parameters),
  revert: async parameters => (await import('./template/revert.ts')).runRevert(parameters),
  revisions: async parameters => (await import('./template/revisions.ts')).runRevisions(parameters),
  trim: async parameters => (await import('./template/trim.ts')).runTrim(parameters),
  list: async parameters => (await import('./overview/list.ts')).runList(parameters),
  graph: async parameters => (await import('./overview/graph.ts')).runGraph(parameters),
};

/** Loaded when it is asked for: nobody else needs xenstore. */
function hotplug(command: 'add' | 'remove'): Command {
  return async (parameters, program) =>
    (await import('./hotplug.ts')).runHotplug(program, command, parameters);
}

/**
 * Runs the command that a call asks for.
 * @param program the last part of the name that it was called by
 * @throws Refusal
 */
export async function run(program: string, parameters: readonly string[]): Promise<void> {
  const driver = named(LIBVIRT_HOOKS, program);
  // Before any argument is looked at: the first is a domain's name, and that may be "--help".
  if (driver !== undefined) return (await import('./libvirt-hook.ts')).runLibvirtHook(driver, parameters);
  const [first] = parameters;
  if (first === '--help' || first === '-h') return inform((await import('./help.ts')).HELP);
  if (first === '--version') return inform(`block-snapshot ${(await import('../version.ts')).VERSION}`);
  const own = named(HOT_PROGRAMS, program);
  if (own !== undefined) return own(parameters, program);
  if (first === undefined) throw usageError('no command given: see block-snapshot --help');
  const command = named(HOT_COMMANDS, first) ?? named(OTHER_COMMANDS, first);
  if (command === undefined)
    throw usageError(`${printable(first)} is not a command: see block-snapshot --help`);
  return command(parameters.slice(1), program);
}

/** Of a table's own names alone: nobody can ask for "constructor". */
function named<Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
