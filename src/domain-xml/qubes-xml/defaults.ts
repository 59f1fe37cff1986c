import { featureNames, featureWithTemplate } from '../qubes/features.ts';
import { KernelFiles } from '../qubes/kernel-files.ts';
import type { StoredDomain } from './domain.ts';
import type { QubesStore } from './store.ts';
import { templateOf, withTemplates } from './templates.ts';

const DEFAULT_MEMORY = 400;
const DEFAULT_VCPUS = 2;
const DEFAULT_USER = 'user';
const DEFAULT_MODE = 'pvh';

/** The most that a VM gets where nothing says that it could use more. */
const DEFAULT_MAXMEM = 4000;

/** Linux sizes tables for the memory that it starts with; more than about ten times of it does not fit in. */
const LARGEST_GROWTH = 10;

/** What is stored for a VM, or follows where nothing is. The templates must not lead in a circle. */
export class Defaults {
  readonly #store: QubesStore;
  readonly #kernelsFolder: string;
  /** MiB; asked for when a rule needs it only. */
  readonly #hostMemory: () => Promise<number>;

  constructor(store: QubesStore, kernelsFolder: string, hostMemory: () => Promise<number>) {
    this.#store = store;
    this.#kernelsFolder = kernelsFolder;
    this.#hostMemory = hostMemory;
  }

  virtMode(vm: StoredDomain): string {
    const stored = vm.text('virt_mode')?.trim().toLowerCase() || this.#oldMode(vm);
    if (stored !== undefined) return stored;
    if (vm.hasPciDevice) return 'hvm';
    return this.#fromTemplate(vm, template => this.virtMode(template)) ?? DEFAULT_MODE;
  }

  /** What R3.2 and before stored. */
  #oldMode(vm: StoredDomain): string | undefined {
    const hvm = vm.flag('hvm');
    return hvm === undefined ? undefined : hvm ? 'hvm' : 'pv';
  }

  memory(vm: StoredDomain): number {
    return vm.number('memory') ?? this.#fromTemplate(vm, template => this.memory(template)) ?? DEFAULT_MEMORY;
  }

  vcpus(vm: StoredDomain): number {
    return vm.number('vcpus') ?? this.#fromTemplate(vm, template => this.vcpus(template)) ?? DEFAULT_VCPUS;
  }

  defaultUser(vm: StoredDomain): string {
    return (
      vm.text('default_user') ??
      this.#fromTemplate(vm, template => this.defaultUser(template)) ??
      DEFAULT_USER
    );
  }

  async maxmem(vm: StoredDomain): Promise<number> {
    const stored = vm.number('maxmem');
    if (stored !== undefined) return stored;
    if (!this.#canGrow(vm)) return 0;
    const template = templateOf(this.#store, vm);
    if (template !== null) return this.maxmem(template);
    const linux = vm.features.get('os') === 'Linux';
    const most = linux ? this.memory(vm) * LARGEST_GROWTH : DEFAULT_MAXMEM;
    return Math.min(most, Math.floor((await this.#hostMemory()) / 2));
  }

  /** Whether something in the VM gives memory back: a whole machine may run a system that knows nothing of Xen. */
  #canGrow(vm: StoredDomain): boolean {
    if (vm.hasPciDevice) return false;
    if (this.virtMode(vm) !== 'hvm') return true;
    const related = withTemplates(this.#store, vm);
    const announces = featureNames(related).some(name => name.startsWith('supported-service.'));
    const writes = Boolean(featureWithTemplate(related, 'supported-service.meminfo-writer'));
    return Boolean(featureWithTemplate(related, 'qrexec')) && (writes || !announces);
  }

  /** The name of a kernel's folder; "" for none. */
  kernel(vm: StoredDomain): string {
    const stored = vm.text('kernel');
    if (stored !== undefined) return stored.trim();
    const inherited = this.#fromTemplate(vm, template => this.kernel(template));
    if (inherited !== undefined) return inherited;
    const globally = this.#store.globals.text('default_kernel');
    if (globally !== undefined) return globally.trim();
    throw this.#store.globals.problem('default_kernel', `is missing: VM ${vm.name} has no kernel of its own`);
  }

  kernelOptions(vm: StoredDomain): string {
    const stored = vm.text('kernelopts');
    if (stored !== undefined) return stored;
    const kernel = this.kernel(vm);
    if (kernel === '') return '';
    const inherited = vm.hasPciDevice
      ? undefined
      : this.#fromTemplate(vm, template => this.kernelOptions(template));
    if (inherited !== undefined) return inherited;
    const files = new KernelFiles({
      kernelsFolder: this.#kernelsFolder,
      kernel,
      virtMode: this.virtMode(vm),
    });
    return files.defaultOptions({ pciAssigned: vm.hasPciDevice });
  }

  #fromTemplate<T>(vm: StoredDomain, get: (template: StoredDomain) => T): T | undefined {
    const template = templateOf(this.#store, vm);
    return template === null ? undefined : get(template);
  }
}
