import { isAtLeast } from '../qubes/release.ts';
import type { PropertyValue, PropertyValues } from '../qubes/vm-data.ts';
import type { Defaults } from './defaults.ts';
import type { StoredDomain } from './domain.ts';
import { networkOf } from './network.ts';
import type { QubesStore } from './store.ts';
import { netvmOf, templateOf } from './templates.ts';

/** Seconds that qubesd waits for a VM where neither it, nor its template, nor Qubes as a whole says how long. */
const PATIENCE = 60;

const KEYBOARD = 'us++';

/** The classes of VMs from which disposables can be made. */
const DISPOSABLE_TEMPLATES: ReadonlySet<string> = new Set(['AppVM', 'StandaloneVM']);

/** The properties of VMs that qubesd gives, whether they are stored or follow from others. */
export class StoredProperties {
  readonly #store: QubesStore;
  readonly #defaults: Defaults;

  constructor(store: QubesStore, defaults: Defaults) {
    this.#store = store;
    this.#defaults = defaults;
  }

  /** All of a VM, as far as the file tells; what only running VMs have is that of a halted one. */
  of(vm: StoredDomain): PropertyValues {
    const network = networkOf(this.#store, vm);
    const since43 = isAtLeast(this.#store.release, '4.3');
    const properties: Record<string, PropertyValue | undefined> = {
      name: vm.name,
      klass: vm.klass,
      qid: vm.number('qid'),
      uuid: vm.text('uuid')?.trim(),
      label: this.#store.label(vm),
      icon: this.#icon(vm),
      virt_mode: this.#defaults.virtMode(vm),
      memory: this.#defaults.memory(vm),
      maxmem: this.#defaults.knownMaxmem(vm),
      stubdom_mem: vm.number('stubdom_mem') ?? null,
      vcpus: this.#defaults.vcpus(vm),
      kernel: this.#defaults.kernel(vm),
      kernelopts: this.#defaults.kernelOptions(vm),
      debug: vm.flag('debug') ?? false,
      default_user: this.#defaults.defaultUser(vm),
      mac: network.mac,
      ip: network.ip,
      ip6: network.ip6,
      dns: network.dns?.join(' ') ?? null,
      ...network.visible,
      provides_network: network.providesNetwork,
      netvm: reference(netvmOf(this.#store, vm)),
      ...(templateOf(this.#store, vm) === null ? {} : { template: reference(templateOf(this.#store, vm)) }),
      guivm: reference(this.peer(vm, 'guivm')),
      audiovm: reference(this.peer(vm, 'audiovm')),
      default_dispvm: reference(this.#defaultDispvm(vm)),
      management_dispvm: reference(this.#managementDispvm(vm)),
      updateable: templateOf(this.#store, vm) === null,
      autostart: vm.flag('autostart') ?? false,
      include_in_backups:
        vm.flag('include_in_backups') ?? !(vm.klass === 'DispVM' && vm.flag('auto_cleanup')),
      installed_by_rpm: vm.flag('installed_by_rpm') ?? false,
      backup_timestamp: vm.number('backup_timestamp') ?? null,
      qrexec_timeout: this.#timeout(vm, 'qrexec_timeout'),
      shutdown_timeout: this.#timeout(vm, 'shutdown_timeout'),
      keyboard_layout: this.#keyboard(vm),
      xid: -1,
      stubdom_xid: -1,
      start_time: null,
      ...(DISPOSABLE_TEMPLATES.has(vm.klass) ? { template_for_dispvms: this.#makesDisposables(vm) } : {}),
      ...(vm.klass === 'DispVM'
        ? { dispid: vm.number('dispid'), auto_cleanup: vm.flag('auto_cleanup') ?? false }
        : {}),
      ...(since43 ? this.#since43(vm) : {}),
    };
    return new Map(
      Object.entries(properties).filter((entry): entry is [string, PropertyValue] => entry[1] !== undefined),
    );
  }

  #since43(vm: StoredDomain): Record<string, PropertyValue> {
    return {
      bootmode: vm.text('bootmode')?.trim() || this.#defaults.bootMode(vm),
      devices_denied: vm.text('devices_denied') ?? '',
      stubdom_uuid: '',
      ...(vm.klass === 'TemplateVM' ? { appvm_default_bootmode: this.#defaults.appVmBootMode(vm) } : {}),
      ...(vm.klass === 'DispVM' ? { is_preload: this.#isPreloaded(vm) } : {}),
    };
  }

  /** The VM for the screen or the sound: the VM's own, else the default one, which is dom0 unless it is stored. */
  peer(vm: StoredDomain, property: 'audiovm' | 'guivm'): StoredDomain | null {
    const own = this.#store.referred(vm, property);
    const peer = own === undefined ? this.#store.referred(this.#store.globals, `default_${property}`) : own;
    return peer === undefined ? this.#store.adminVm : peer;
  }

  #icon(vm: StoredDomain): string {
    return `${this.#iconKind(vm)}-${this.#store.label(vm).name}`;
  }

  #iconKind(vm: StoredDomain): string {
    if (vm.klass === 'TemplateVM' || (vm.klass === 'AppVM' && this.#makesDisposables(vm)))
      return 'templatevm';
    if (vm.features.get('servicevm')) return 'servicevm';
    if (vm.klass === 'DispVM') return 'dispvm';
    return vm.klass === 'StandaloneVM' && isAtLeast(this.#store.release, '4.2') ? 'standalonevm' : 'appvm';
  }

  #makesDisposables(vm: StoredDomain): boolean {
    if (!DISPOSABLE_TEMPLATES.has(vm.klass)) return false;
    return vm.flag('template_for_dispvms') ?? vm.flag('dispvm_allowed') ?? false;
  }

  #isPreloaded(vm: StoredDomain): boolean {
    const list = templateOf(this.#store, vm)?.features.get('preload-dispvm') ?? '';
    return list.split(/\s+/).includes(vm.name);
  }

  #defaultDispvm(vm: StoredDomain): StoredDomain | null {
    const stored = this.#disposableTemplate(vm, 'default_dispvm');
    if (stored !== undefined) return stored;
    if (vm.klass === 'DispVM') return templateOf(this.#store, vm);
    return this.#disposableTemplate(this.#store.globals, 'default_dispvm') ?? null;
  }

  #managementDispvm(vm: StoredDomain): StoredDomain | null {
    const stored = this.#disposableTemplate(vm, 'management_dispvm');
    if (stored !== undefined) return stored;
    const template = templateOf(this.#store, vm);
    if (template !== null) return this.#managementDispvm(template);
    return this.#disposableTemplate(this.#store.globals, 'management_dispvm') ?? null;
  }

  /** What disposables are made from; one that is not for that any more is none. */
  #disposableTemplate(
    owner: Parameters<QubesStore['referred']>[0],
    property: string,
  ): StoredDomain | null | undefined {
    const vm = this.#store.referred(owner, property);
    return vm && !this.#makesDisposables(vm) ? null : vm;
  }

  #timeout(vm: StoredDomain, property: 'qrexec_timeout' | 'shutdown_timeout'): number {
    const stored = vm.number(property);
    if (stored !== undefined) return stored;
    const template = templateOf(this.#store, vm);
    if (template !== null) return this.#timeout(template, property);
    return this.#store.globals.number(`default_${property}`) ?? PATIENCE;
  }

  #keyboard(vm: StoredDomain): string {
    const stored = vm.text('keyboard_layout');
    if (stored !== undefined) return stored;
    const guivm = vm.klass === 'AdminVM' ? null : this.peer(vm, 'guivm');
    return guivm === null || guivm === vm ? KEYBOARD : this.#keyboard(guivm);
  }
}

function reference(vm: StoredDomain | null): { name: string } | null {
  return vm === null ? null : { name: vm.name };
}
