import { Refusal } from '../words/refusal.ts';
import { type ProgramResult, runProgram } from './program.ts';

const INSTALL = 'install libvirt-clients (Debian) or libvirt-client (Fedora)';

/** What virsh is asked to do. */
export interface VirshRequest {
  /** A libvirt URI; undefined leaves it to virsh. */
  connect: string | undefined;
  /** The command, and what it is given. */
  args: readonly string[];
  /** How errors call it, where not as it is called. */
  what?: string;
  /** What to do when virsh is not there. */
  remedy?: string;
  /** Seconds that it may take; a minute where nothing is said. */
  limit?: number;
}

/**
 * Runs a command of virsh.
 * @returns what it printed
 * @throws Refusal with virsh's own reason
 */
export async function virsh(request: VirshRequest): Promise<string> {
  const result = await tryVirsh(request);
  if (result.exitCode === 0) return result.stdout;
  throw new Refusal(`virsh ${request.what ?? request.args.join(' ')}: ${virshReason(result)}`);
}

/** The same, where a failure is an answer too. */
export async function tryVirsh({
  connect,
  args,
  remedy = INSTALL,
  limit,
}: VirshRequest): Promise<ProgramResult> {
  const connection = connect === undefined ? [] : ['--connect', connect];
  return runProgram({
    program: 'virsh',
    args: [...connection, ...args],
    remedy,
    ...(limit === undefined ? {} : { limit }),
  });
}

/** How libvirt words the failure of a hook; what matters is behind it. */
const HOOK_FAILED =
  /Hook script execution failed: internal error: Child process \([^)]*\) unexpected exit status \d+: /;

/** Why a call of virsh failed, in one line. */
export function virshReason({ stderr, exitCode }: ProgramResult): string {
  const reasons = stderr.split('\n').map(line => line.replace(/^error: /, '').trim());
  // The file that was handed over is gone when this is read.
  const said = reasons.filter(
    line => line !== '' && !/^Failed to (?:create|define) domain from \//.test(line),
  );
  const reason = said.join(': ') || `exit code ${exitCode}`;
  return reason.replace(HOOK_FAILED, "libvirt's hook says: ");
}

/**
 * The domain XML that libvirt has of a VM: of a running one too what will hold at its next start, as that is
 * what a definition changes. `connect` is a libvirt URI; undefined leaves it to virsh.
 * @throws Refusal
 */
export async function dumpDomain(name: string, connect: string | undefined): Promise<string> {
  const domain = isNumber(name) ? await requireDomain(name, connect) : name;
  return virsh({
    connect,
    args: ['dumpxml', domain, '--inactive'],
    what: `dumpxml ${name}`,
    remedy: `${INSTALL}, or give a file with --against`,
  });
}

/**
 * The uuid of a domain by its name; undefined where libvirt has none of that name. virsh itself takes a number for
 * the id of a running domain first, whatever that one is called.
 * @throws Refusal
 */
export async function findDomain(name: string, connect: string | undefined): Promise<string | undefined> {
  const list = await virsh({ connect, args: ['list', '--all', '--name', '--uuid'], what: 'list' });
  for (const line of list.split('\n')) {
    const [uuid = '', ...rest] = line.trim().split(/\s+/);
    if (rest.join(' ') === name) return uuid;
  }
  return undefined;
}

/** The same; raises Refusal where there is none. */
export async function requireDomain(name: string, connect: string | undefined): Promise<string> {
  const uuid = await findDomain(name, connect);
  if (uuid === undefined) throw new Refusal(`libvirt has no domain ${name}: see virsh list --all`);
  return uuid;
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}
