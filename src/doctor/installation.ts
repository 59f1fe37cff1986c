import { addon } from '../native/addon.ts';
import { quietStatus, readQuietly } from '../overview/kernel/attached-loops.ts';
import type { Version } from './bad-kernels.ts';
import { type Finding, foundOnly } from './finding.ts';
import { isOlderThanHookFolders, libvirtVersion } from './libvirt-version.ts';
import { path, said } from './said.ts';

/** Where others look for our program, by the names that say what it is called for. */
const XEN_SCRIPTS = '/etc/xen/scripts';
const XEN_NAMES = ['block-snapshot', 'block-origin', 'block-reflink', 'block-reflink-origin'];
const HOOKS = '/etc/libvirt/hooks';
const DRIVERS = ['qemu', 'libxl'];

/** A folder of programs that were installed, and not of a build. */
const INSTALLED = /\/lib\/block-snapshot$/;

/**
 * The folder of the programs that are installed; undefined for those that are run from where they were built, of which
 * nothing that is installed can be told.
 * @param program the path of the larger program that runs
 */
export function installedFolder(program: string): string | undefined {
  const folder = program.slice(0, program.lastIndexOf('/'));
  return INSTALLED.test(folder) ? folder : undefined;
}

/** Whether what calls our program finds it, and finds ours. @param folder of the programs @param libvirt its version */
export function installationFindings(folder: string, libvirt = libvirtVersion()): Finding[] {
  const program = `${folder}/block-snapshot`;
  return [...programFindings(program), ...xenFindings(program), ...hookFindings(program, libvirt)];
}

function programFindings(program: string): Finding[] {
  const status = addon().fileStatus(program);
  if (status === null || (status.mode & 0o111) === 0o111) return [];
  return [
    {
      kind: 'program-not-executable',
      found: said`${program} has the mode ${status.mode.toString(8)}`,
      mend: [['chmod', '755', program]],
      safe: true,
    },
  ];
}

function xenFindings(program: string): Finding[] {
  if (!isFolder(XEN_SCRIPTS)) return [];
  return XEN_NAMES.flatMap(name => linkFinding('xen-script', `${XEN_SCRIPTS}/${name}`, program));
}

function hookFindings(program: string, version: Version | undefined): Finding[] {
  // The folder comes with libvirt's daemons.
  if (!isFolder(HOOKS)) return [];
  return DRIVERS.flatMap(driver => {
    const single = `${HOOKS}/${driver}`;
    if (version !== undefined && isOlderThanHookFolders(version))
      return leadsTo(single, program)
        ? []
        : [foundOnly('libvirt-hook-not-run', said`libvirt ${version.join('.')} runs ${single}`)];
    return linkFinding('libvirt-hook', `${HOOKS}/${driver}.d/block-snapshot-${driver}`, program);
  });
}

/** A link that has to lead to our program. */
function linkFinding(what: 'xen-script' | 'libvirt-hook', link: string, program: string): Finding[] {
  if (leadsTo(link, program)) return [];
  const folder = link.slice(0, link.lastIndexOf('/'));
  // Where there is nothing, or a link that leads nowhere.
  if (quietStatus(link) === 'nothing')
    return [
      {
        kind: `${what}-missing`,
        found: said`${link}`,
        mend: [
          ['mkdir', '-p', folder],
          ['ln', '-sfn', program, link],
        ],
        // A link that leads nowhere now may be somebody's.
        safe: addon().readLink(link) === null,
      },
    ];
  return [foundOnly(`${what}-foreign`, said`${link} leads to ${path(resolved(link))}, not to ${program}`)];
}

function leadsTo(link: string, program: string): boolean {
  const [one, other] = [quietStatus(link), quietStatus(program)];
  if (one === 'nothing' || other === 'nothing' || one === undefined || other === undefined) return false;
  return one.device === other.device && one.inode === other.inode;
}

function resolved(link: string): string {
  return addon().resolveFile(link)?.path ?? 'nothing';
}

function isFolder(place: string): boolean {
  const status = quietStatus(place);
  return status !== 'nothing' && status?.kind === 'directory';
}

const PROFILES = '/etc/apparmor.d';
const DAEMONS = ['libvirtd', 'virtqemud', 'virtxend'];
const ENABLED = '/sys/module/apparmor/parameters/enabled';

/**
 * Whether AppArmor lets libvirt's daemons run our program.
 * @param folder of the programs
 * @param enabled the file in which the kernel says whether AppArmor is at work
 */
export function apparmorFindings(folder: string, enabled = ENABLED): Finding[] {
  if (readQuietly(enabled)?.trim() !== 'Y') return [];
  const rule = `${folder}/block-snapshot PUx,`;
  return DAEMONS.flatMap((daemon): Finding[] => {
    const profile = `${PROFILES}/usr.sbin.${daemon}`;
    const local = `${PROFILES}/local/usr.sbin.${daemon}`;
    if (addon().fileStatus(profile) === null) return [];
    const lines = addon().fileStatus(local) === null ? '' : addon().readWholeText(local);
    if (lines.split('\n').some(line => line.trim() === rule)) return [];
    return [
      {
        kind: 'apparmor-denies',
        found: said`${local} has no line ${rule}`,
        mend: [
          ['sh', '-c', `printf '\\n%s\\n' '${rule}' >> ${local}`],
          ['apparmor_parser', '-r', profile],
        ],
        safe: true,
      },
    ];
  });
}
