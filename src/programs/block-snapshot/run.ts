import { host } from '../../host/host.ts';
import { complain } from '../../words/complaint.ts';
import { failureText } from '../../words/failure-text.ts';
import { printable } from '../../words/printable.ts';
import { exitStatusOf, usageError } from '../../words/refusal.ts';
import { inform } from '../answer.ts';
import { askedFor, isVerbose } from '../asked-for.ts';

type Command = (parameters: readonly string[], program: string) => void | Promise<void>;

// The hot commands are those that a VM's start or stop waits for. Each is loaded when it is asked for, because loading is most
// of what a call costs. What each of them loads is listed, and held to the list, by test/unit/hot-modules.ts.

/** Hot: the commands that are programs of their own, by the name they are called by. */
export const HOT_PROGRAMS = {
  'create-snapshot': async parameters => (await import('./create-snapshot.ts')).runCreateSnapshot(parameters),
  'destroy-snapshot': async parameters =>
    (await import('./destroy-snapshot.ts')).runDestroySnapshot(parameters),
} satisfies Readonly<Record<string, Command>>;

/** Hot: libvirt's hooks, by the names that they have in its folders qemu.d and libxl.d, or in place of those (libvirt before 6.5). */
export const LIBVIRT_HOOKS = {
  'block-snapshot-qemu': 'qemu',
  'block-snapshot-libxl': 'libxl',
  qemu: 'qemu',
  libxl: 'libxl',
} as const;

/** Hot: commands of block-snapshot, by its first argument. */
export const HOT_COMMANDS = {
  prepare: async parameters => (await import('./prepare.ts')).runPrepare(parameters),
  cleanup: async parameters => (await import('./cleanup.ts')).runCleanup(parameters),
  add: hotplug('add'),
  remove: hotplug('remove'),
} satisfies Readonly<Record<string, Command>>;

const DOMAIN_XML = 'domain-xml';

/** Commands of block-snapshot that nothing waits for but a person, or a script of theirs. */
export const OTHER_COMMANDS = [
  'commit',
  'revert',
  'revisions',
  'trim',
  'derive',
  'dedupe',
  'convert',
  'volatile',
  'list',
  'graph',
  'doctor',
  'complete',
] as const;

/** The manual, of the command that is its only parameter, or of the program where there is none. */
export const HELP = '--help';

/** What a hot command would do: that command, and its parameters, are the parameters. */
const DRY_RUN = '--dry-run';
const DRY: readonly string[] = ['prepare', 'cleanup'];

/** Those, and the program that is called by that name. */
export type OtherCommand = (typeof OTHER_COMMANDS)[number] | typeof DOMAIN_XML | typeof HELP | typeof DRY_RUN;

/** Runs a command that is not hot, with the parameters that follow it. */
export type OtherRunner = (command: OtherCommand, parameters: readonly string[]) => void | Promise<void>;

function hotplug(command: 'add' | 'remove'): Command {
  return async (parameters, program) =>
    (await import('./hotplug.ts')).runHotplug(program, command, parameters);
}

/** Runs the command that the call asks for, and says why where it cannot be done. */
export async function runToItsEnd(other: OtherRunner): Promise<void> {
  try {
    const program = host.calledBy.slice(host.calledBy.lastIndexOf('/') + 1);
    await run(program, host.parameters, other);
  } catch (error) {
    complain(failureText(error));
    host.setExitStatus(exitStatusOf(error));
  }
}

/** @throws Refusal */
async function run(program: string, given: readonly string[], other: OtherRunner): Promise<void> {
  if (program === DOMAIN_XML) return other(program, given);
  const driver = named(LIBVIRT_HOOKS, program);
  // libvirt's first argument is a domain's name, and that may be "--help"; it is never the only one.
  if (driver !== undefined && (given.length > 1 || askedFor(given) !== HELP))
    return (await import('./libvirt-hook.ts')).runLibvirtHook(driver, given);
  const parameters = given.some(isVerbose) ? await showingSteps(given) : given;
  const [first] = parameters;
  const own = named(HOT_PROGRAMS, program);
  const asked = askedFor(parameters);
  if (asked === HELP)
    return other(HELP, [own === undefined && driver === undefined ? (first ?? '') : program]);
  if (asked === '--version') {
    const ours = `block-snapshot ${(await import('../version.ts')).VERSION} (${host.runtime})`;
    const below = parameters === given ? [] : (await import('./versions.ts')).versionsBelow();
    return inform([ours, ...below].join('\n'));
  }
  if (own !== undefined) return own(parameters);
  if (first === undefined) throw usageError('no command given: see block-snapshot --help');
  const rest = parameters.slice(1);
  if (DRY.includes(first) && rest.includes(DRY_RUN)) return other(DRY_RUN, parameters);
  const command = named(HOT_COMMANDS, first);
  if (command !== undefined) return command(rest, program);
  const known = OTHER_COMMANDS.find(name => name === first);
  if (known === undefined)
    throw usageError(`${printable(first)} is not a command: see block-snapshot --help`);
  return other(known, rest);
}

/** @returns what else is given */
async function showingSteps(given: readonly string[]): Promise<readonly string[]> {
  const { showSteps } = await import('./show-steps.ts');
  showSteps();
  return given.filter(parameter => !isVerbose(parameter));
}

/** Of a table's own names alone: nobody can ask for "constructor". */
function named<Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
