import { RELEASE_FILE } from '../domain-xml/qubes/release.ts';
import { addon } from '../native/addon.ts';
import { readQuietly } from '../overview/kernel/attached-loops.ts';
import { layersOf } from '../overview/overview.ts';
import type { Examination } from './examine.ts';
import { MODULES } from './kernel.ts';
import { libvirtVersion } from './libvirt-version.ts';
import { udevRuns } from './udev.ts';

/** What a person who helps asks first: names of programs and their versions, and how much there is of what. */
export type HostFacts = Readonly<Record<string, string | undefined>>;

export function hostFacts(version: string, { seen }: Examination): HostFacts {
  return {
    'block-snapshot': version,
    kernel: readQuietly('/proc/sys/kernel/osrelease')?.trim(),
    'kernel build': /#.*$/m.exec(readQuietly('/proc/version') ?? '')?.[0],
    ...Object.fromEntries(MODULES.map(({ module }) => [module, moduleText(module)])),
    'xen-blkback': moduleText('xen-blkback'),
    targets: targets(),
    distribution: /^PRETTY_NAME="?([^"\n]*)/m.exec(readQuietly('/etc/os-release') ?? '')?.[1],
    qubes: readQuietly(RELEASE_FILE)?.trim(),
    xen: xenVersion(),
    libvirt: libvirtVersion()?.join('.'),
    udev: udevRuns() ? 'running' : undefined,
    templates: count(seen?.overview.templates.length),
    layers: count(seen?.overview.templates.flatMap(({ versions }) => [...layersOf(versions)]).length),
    'loop devices': count(seen?.facts.loops.length),
    'disks of VMs': count(seen && seen.facts.disks.length + seen.facts.claimed.length),
  };
}

function count(number: number | undefined): string | undefined {
  return number === undefined ? undefined : String(number);
}

/** Of a module of the kernel's own its version is the kernel's; what tells two apart is the sum of its sources. */
function moduleText(module: string): string | undefined {
  const folder = `/sys/module/${module.replaceAll('-', '_')}`;
  const version = readQuietly(`${folder}/version`)?.trim();
  const sources = readQuietly(`${folder}/srcversion`)?.trim();
  const state = readQuietly(`${folder}/initstate`)?.trim();
  if (state === undefined && readQuietly(`${folder}/uevent`) === undefined)
    return isFolder(folder) ? 'built in' : undefined;
  return [state === 'live' ? 'loaded' : state, version, sources && `sources ${sources}`]
    .filter(Boolean)
    .join(', ');
}

function isFolder(path: string): boolean {
  return addon().fileStatus(path)?.kind === 'directory';
}

function targets(): string | undefined {
  try {
    return addon().targetTypes().sort().join(' ') || undefined;
  } catch {
    // It is said elsewhere that there is no device-mapper.
    return undefined;
  }
}

/** As the hypervisor says it to dom0. */
function xenVersion(): string | undefined {
  if (readQuietly('/sys/hypervisor/type')?.trim() !== 'xen') return undefined;
  const [major, minor, extra] = ['major', 'minor', 'extra'].map(name =>
    readQuietly(`/sys/hypervisor/version/${name}`)?.trim(),
  );
  return `${major}.${minor}${extra ?? ''}`;
}
