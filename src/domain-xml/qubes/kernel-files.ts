import { join } from '../../host/paths.ts';
import { strictTextOf } from '../../host/strict-text.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';
import { isThere, readBounded } from '../bounded-read.ts';
import { isAtLeast, type Release } from './release.ts';

/** What is used where the kernel has no default-kernelopts-nopci.txt and default-kernelopts-common.txt. */
const OPTIONS_WITHOUT_PCI = 'swiotlb=2048';
const COMMON_OPTIONS =
  'root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0 plymouth.enable=0 ';
const COMMON_OPTIONS_SINCE_4_3 = `${COMMON_OPTIONS}xen_privcmd.unrestricted `;

/** What lets drivers of PCI devices suspend them where the host suspends to idle; with its blank, whatever is before it. */
const SUSPEND_OPTION = ' qubes_exp_pm_use_suspend=1';

/** The folder of boot loaders that stand in for a kernel, by virt_mode; a VM with a whole machine boots by itself. */
const BOOT_LOADERS = new Map([
  ['pvh', 'pvgrub2-pvh'],
  ['pv', 'pvgrub2'],
]);

const LARGEST_OPTIONS = 64 * 1024;

/** The folder of a kernel, in dom0, and what is in it. */
export class KernelFiles {
  /** Its path; null where the VM boots without one of dom0. */
  readonly folder: string | null;
  /** The kernel's name; "" for none. */
  readonly name: string;
  readonly #isKernel: boolean;
  readonly #release: Release;

  /** @throws Refusal for a kernel whose name leads out of the folder of kernels */
  constructor({ kernelsFolder, kernel, virtMode, release }: KernelRequest) {
    if (
      kernel !== '' &&
      (kernel.includes('/') || kernel === '.' || kernel === '..' || /\p{Cc}/u.test(kernel))
    ) {
      throw new Refusal(`kernel ${JSON.stringify(kernel)}: a kernel's name is that of a folder`);
    }
    this.name = kernel;
    const folderName = kernel === '' ? BOOT_LOADERS.get(virtMode) : kernel;
    this.folder = folderName === undefined ? null : join(kernelsFolder, folderName);
    this.#isKernel = kernel !== '';
    this.#release = release;
  }

  get kernelPath(): string | null {
    return this.folder === null ? null : join(this.folder, 'vmlinuz');
  }

  /** Whether what the VM would boot is there. */
  get isInstalled(): boolean {
    return this.#existing('vmlinuz') !== null;
  }

  get initramfsPath(): string | null {
    return this.#isKernel ? this.#existing('initramfs') : null;
  }

  /** Where the image with the kernel's modules is, or would be. */
  get modulesFile(): string | null {
    return this.#isKernel && this.folder !== null ? join(this.folder, 'modules.img') : null;
  }

  /** That image, where it is there. */
  get modulesPath(): string | null {
    return this.#isKernel ? this.#existing('modules.img') : null;
  }

  get supportsMemoryHotplug(): boolean {
    return this.#existing('memory-hotplug-supported') !== null;
  }

  /** The options that a VM has when neither it nor its template says which; dom0 may suspend to idle (S0ix). */
  defaultOptions({ pciAssigned, suspendsToIdle }: { pciAssigned: boolean; suspendsToIdle: boolean }): string {
    if (!this.#isKernel) return '';
    if (pciAssigned) {
      const more = suspendsToIdle && isAtLeast(this.#release, '4.2') ? SUSPEND_OPTION : '';
      return `${this.#text('default-kernelopts-pci.txt')?.trim() ?? ''}${more}`;
    }
    return this.#text('default-kernelopts-nopci.txt')?.trim() ?? OPTIONS_WITHOUT_PCI;
  }

  /** The options that every VM with this kernel has; with their blanks, as what follows is put right behind them. */
  get commonOptions(): string {
    if (!this.#isKernel) return '';
    const builtIn = isAtLeast(this.#release, '4.3') ? COMMON_OPTIONS_SINCE_4_3 : COMMON_OPTIONS;
    return this.#text('default-kernelopts-common.txt')?.replace(/[\r\n]+$/, '') ?? builtIn;
  }

  #existing(name: string): string | null {
    if (this.folder === null) return null;
    const path = join(this.folder, name);
    return isThere(path) ? path : null;
  }

  #text(name: string): string | null {
    return this.folder === null ? null : readSmallFile(join(this.folder, name));
  }
}

export interface KernelRequest {
  kernelsFolder: string;
  /** The name of its folder; "" for none. */
  kernel: string;
  virtMode: string;
  release: Release;
}

/** A text file's content; null where there is none. */
function readSmallFile(path: string): string | null {
  let descriptor: number;
  try {
    // A named pipe must not make the program wait for whoever writes to it.
    const { readOnly, nonBlocking } = addon().openFlags;
    descriptor = addon().openFile(path, readOnly | nonBlocking, 0);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    throw new Refusal(`${path}: cannot be read: ${systemErrorText(error)}`);
  }
  try {
    if (addon().descriptorStatus(descriptor).kind !== 'file')
      throw new Refusal(`${path}: is not a regular file`);
    return decode(readBounded(descriptor, LARGEST_OPTIONS, path, 'kernel options have'), path);
  } finally {
    addon().closeFile(descriptor);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  const text = strictTextOf(bytes);
  if (text === undefined) throw new Refusal(`${path}: is not UTF-8`);
  return text.replace(/^\ufeff/, '');
}
