import { resolve } from '../../host/paths.ts';
import { Refusal, usageError } from '../../words/refusal.ts';
import { step } from '../../words/steps.ts';
import { isThere } from '../bounded-read.ts';
import type { AssembleFolders } from '../qubes/assemble.ts';
import type { Release } from '../qubes/release.ts';
import { checkVmName } from '../search/names.ts';
import { DescriptionError } from './checks.ts';
import { readDescription } from './read.ts';
import { checkVmDescription, type VmDescription } from './vm-description.ts';

/** Where qubesd listens, and the file that it keeps everything in. */
export const QUBESD_SOCKET = '/var/run/qubesd.sock';
export const QUBES_XML = '/var/lib/qubes/qubes.xml';

/** Where qubes' kernels are, a folder for each. */
export const KERNELS_FOLDER = '/var/lib/qubes/vm-kernels';

/**
 * Where a VM's description comes from. At most one of the first three is given; with none of them qubesd is asked if
 * its socket is there, else qubes.xml is read.
 */
export interface DescriptionSource {
  /** The description in JSON: a path, or "-" for standard input. */
  vmFile?: string | undefined;
  /** A qubes.xml. */
  qubesXmlFile?: string | undefined;
  /** The socket of qubesd's Admin API. */
  qubesdSocket?: string | undefined;
  /** Where the kernels are instead of in KERNELS_FOLDER. */
  kernelsFolder?: string | undefined;
  /** MiB that the host has, where they are not to be looked up. */
  hostMemory?: number | undefined;
  /** The release of Qubes by whose rules a VM is described, where it is not to be looked up. */
  release?: Release | undefined;
  /** Where qubesd keeps its VMs, instead of in QUBES_XML: the order of devices is in there only. */
  orderFile?: string | undefined;
  /** Sysfs' folder of PCI devices, where it is not in its place. */
  pciDevicesFolder?: string | undefined;
}

/** A VM's description as it was found, and what is odd about it. */
export interface DescribedVm {
  description: VmDescription;
  /** What the description was made from, as messages name it: a file's path, or qubesd. */
  origin: string;
  /** One line each. */
  warnings: string[];
}

/**
 * Gives the description of a VM. One in JSON of another VM is used all the same, with a warning: NAME says
 * whose templates are taken, the description what they are filled with.
 * @param options `json`: whether --vm can be given where this is asked, and is advised
 * @throws Refusal for a name that no VM can have, for sources that exclude each other, and for
 * everything that is wrong with the source
 */
export async function describe(
  name: string,
  source: DescriptionSource,
  { json = true } = {},
): Promise<DescribedVm> {
  checkVmName(name);
  return step(`the description of ${name}`, () => fromSource(name, source, json));
}

async function fromSource(name: string, source: DescriptionSource, json: boolean): Promise<DescribedVm> {
  const { vmFile, qubesXmlFile, qubesdSocket } = source;
  const given = Object.entries({ '--vm': vmFile, '--qubes-xml': qubesXmlFile, '--qubesd': qubesdSocket });
  const options = given.filter(([, value]) => value !== undefined).map(([option]) => option);
  if (options.length > 1) throw usageError(`${options.join(' and ')} exclude each other: give one`);
  if (vmFile !== undefined) return readJson(name, vmFile);
  if (qubesXmlFile !== undefined) return readQubesXml(name, qubesXmlFile, source);
  if (qubesdSocket !== undefined || isThere(QUBESD_SOCKET)) {
    return askQubesd(name, qubesdSocket ?? QUBESD_SOCKET, source);
  }
  if (isThere(QUBES_XML)) return readQubesXml(name, QUBES_XML, source);
  const advice = json ? "the VM's description in JSON with --vm, or a qubes.xml" : 'a qubes.xml';
  throw new Refusal(`there is neither ${QUBESD_SOCKET} nor ${QUBES_XML}: name ${advice} with --qubes-xml`);
}

function readJson(name: string, vmFile: string): DescribedVm {
  const description = readDescription(vmFile, checkVmDescription);
  const origin = vmFile === '-' ? 'standard input' : vmFile;
  if (description.name === name) return { description, origin, warnings: [] };
  const warning = `warning: ${origin} describes VM ${description.name}: it is rendered with the templates of ${name}`;
  return { description, origin, warnings: [warning] };
}

async function askQubesd(name: string, socket: string, source: DescriptionSource): Promise<DescribedVm> {
  const { readVmFromQubesd } = await import('../admin-api/read-vm.ts');
  const { assemble } = await import('../qubes/assemble.ts');
  const { inStoredOrder } = await import('../admin-api/stored-order.ts');
  const origin = `qubesd at ${socket}`;
  const data = await readVmFromQubesd({ name, socket, release: source.release });
  const ordered = await inStoredOrder(data, source.orderFile ?? QUBES_XML);
  return checked(assemble(ordered, foldersOf(source)), origin, name);
}

async function readQubesXml(name: string, file: string, source: DescriptionSource): Promise<DescribedVm> {
  const { readVmFromQubesXml } = await import('../qubes-xml/read-vm.ts');
  const { assemble } = await import('../qubes/assemble.ts');
  const { systemRelease } = await import('../qubes/release.ts');
  const { kernels } = foldersOf(source);
  const { release, warnings } = source.release ? { release: source.release, warnings: [] } : systemRelease();
  const data = await readVmFromQubesXml({
    name,
    file,
    release,
    kernelsFolder: kernels,
    hostMemory: source.hostMemory,
  });
  const found = assemble({ ...data, warnings: [...warnings, ...data.warnings] }, foldersOf(source));
  return checked(found, file, name);
}

function foldersOf({ kernelsFolder, pciDevicesFolder }: DescriptionSource): AssembleFolders {
  // The kernels' folder stands in the XML, and libvirt is in another folder.
  return { kernels: resolve(kernelsFolder ?? KERNELS_FOLDER), pciDevices: pciDevicesFolder };
}

/** What Qubes says is checked like what a file says: it has to be a description that `--vm` takes. */
function checked(
  { document, warnings }: { document: unknown; warnings: string[] },
  origin: string,
  name: string,
): DescribedVm {
  try {
    return { description: checkVmDescription(document), origin, warnings };
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    throw new Refusal(`${origin}, VM ${name}: ${error.message}`);
  }
}
