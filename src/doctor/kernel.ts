import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { faultsOf, isBefore, kernelVersion, OLDEST } from './bad-kernels.ts';
import { type Finding, foundOnly } from './finding.ts';
import { said } from './said.ts';

/** What devices are made with: the module, and what the kernel has with it: a driver in /proc/misc, targets of device-mapper. */
export const MODULES = [
  { module: 'dm-mod', driver: 'device-mapper', targets: [] },
  { module: 'loop', driver: 'loop-control', targets: [] },
  { module: 'dm-snapshot', driver: undefined, targets: ['snapshot', 'snapshot-origin', 'snapshot-merge'] },
] as const;

/**
 * What is wrong with the kernel itself.
 * @param release as uname has it
 * @param described the text of /proc/version
 * @throws Refusal when its version cannot be told
 */
export function kernelFindings(
  release = readKernel('/proc/sys/kernel/osrelease'),
  described = readKernel('/proc/version'),
): Finding[] {
  const version = kernelVersion(release, described);
  if (version === undefined) throw new Refusal(`the kernel calls itself ${release}, which is no number`);
  const shown = `Linux ${version.join('.')}`;
  if (isBefore(version, OLDEST)) return [foundOnly('old-kernel', said`${shown}`)];
  return faultsOf(version).map(({ what, source }) =>
    foundOnly('bad-kernel', said`${shown}: ${what}: ${source}`),
  );
}

function readKernel(file: string): string {
  const text = addon().readText(file)?.trim();
  if (text === undefined) throw new Refusal(`${file} is missing: is /proc mounted?`);
  return text;
}

/** What the kernel lacks, and cannot load by itself. */
export function moduleFindings(): Finding[] {
  const loadable = loadableModules();
  const targets = targetTypes();
  const drivers = readKernel('/proc/misc').split(/\s+/);
  return MODULES.filter(({ module, driver, targets: needed }) => {
    const there =
      driver === undefined ? needed.every(target => targets.includes(target)) : drivers.includes(driver);
    return !there && !loadable.includes(module);
  }).map(({ module }) => ({
    kind: 'module-missing',
    found: said`${module}`,
    mend: [['modprobe', module]],
    safe: true,
  }));
}

function targetTypes(): string[] {
  try {
    return addon().targetTypes();
  } catch (error) {
    // Without device-mapper there are none; what is missing is said of that.
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** Those of the modules that are built in, or lie where modprobe looks: the kernel loads them when they are needed. */
function loadableModules(): string[] {
  const release = addon().readText('/proc/sys/kernel/osrelease')?.trim() ?? '';
  const lists = ['modules.dep', 'modules.builtin'].map(name => {
    const file = `/lib/modules/${release}/${name}`;
    return addon().fileStatus(file) === null ? '' : addon().readWholeText(file);
  });
  return MODULES.map(({ module }) => module).filter(module =>
    lists.some(list => new RegExp(`/${module}\\.ko\\b`, 'm').test(list)),
  );
}
