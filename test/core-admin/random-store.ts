import type { Release } from '../../src/domain-xml/qubes/release.ts';
import {
  DOM0,
  type Model,
  type ModelDevice,
  type ModelVm,
  type ModelVolume,
  pools,
} from '../domain-xml/support/qubes-model.ts';
import { Random } from '../jinja/generator/random.ts';
import { FEATURES, KERNEL_NAMES, PCI_PORTS } from './store-values.ts';

/** A made-up installation: what core-admin loads, with a turn for every rule. The same seed makes the same. */
export class RandomStore {
  readonly #random: Random;
  readonly #release: Release;
  readonly #folder: string;

  constructor(seed: number, release: Release, folder: string) {
    this.#random = new Random(seed);
    this.#release = release;
    this.#folder = folder;
  }

  model(): Model {
    const random = this.#random;
    const adminFeatures = random.below(2) === 0 ? { 'suspend-s0ix': random.pick(['1', '']) } : {};
    const templates = ['tmpl-a', 'tmpl_b'].map((name, index) => this.#template(name, index + 1));
    const net = this.#vm('net', 'AppVM', 5, { provides_network: 'True', netvm: '' });
    const wall = this.#vm('wall', random.pick(['AppVM', 'StandaloneVM']), 6, {
      provides_network: 'True',
      netvm: random.pick(['net', '']),
      // One that had its own screen would look for its keyboard for ever.
      guivm: '',
    });
    const dvm = this.#vm('dvm', 'AppVM', 7, { template_for_dispvms: 'True' });
    const others = random
      .times(5, (): string => random.pick(['AppVM', 'AppVM', 'StandaloneVM']))
      .map((klass, index) =>
        this.#vm(
          random.pick(['a-b', 'c_d', 'e.f']) + index,
          klass,
          random.pick(this.#release === '4.1' ? [20, 120] : [20, 240, 300]) + index,
          {},
        ),
      );
    const disposable = this.#vm('disp77', 'DispVM', 99, {
      template: 'dvm',
      dispid: random.pick(['77', '300']),
    });
    const globals: Record<string, string> = {
      default_kernel: random.pick(['6.6.1', '5.15']),
      default_netvm: random.pick(['wall', 'net', '']),
      default_pool: 'vm-pool',
      default_pool_kernel: 'linux-kernel',
      ...this.#sometimes({
        default_guivm: 'wall',
        default_audiovm: 'wall',
        default_dispvm: 'dvm',
        management_dispvm: 'dvm',
      }),
      ...this.#sometimes({ default_qrexec_timeout: '90', default_shutdown_timeout: '30' }),
    };
    return {
      globals,
      pools: pools(this.#folder).map(pool => ({
        ...pool,
        ...(pool.driver !== 'linux-kernel' && random.below(3) === 0 ? { ephemeral_volatile: 'True' } : {}),
      })),
      vms: [{ ...DOM0, features: adminFeatures }, ...templates, net, wall, dvm, ...others, disposable],
    };
  }

  #template(name: string, qid: number): ModelVm {
    const vm = this.#vm(name, 'TemplateVM', qid, {});
    if (vm.stored !== undefined) delete vm.stored['netvm'];
    return vm;
  }

  #vm(name: string, klass: string, qid: number, stored: Record<string, string>): ModelVm {
    const random = this.#random;
    const template = klass === 'AppVM' ? { template: random.pick(['tmpl-a', 'tmpl_b']) } : {};
    const modes =
      this.#release === '4.3'
        ? { bootmode: random.pick(['live', 'gone', 'default']), devices_denied: '' }
        : {};
    const templateModes =
      this.#release === '4.3' && klass === 'TemplateVM'
        ? { appvm_default_bootmode: random.pick(['live', 'gone', 'default']) }
        : {};
    const more = this.#sometimes({
      virt_mode: random.pick(['hvm', 'pv', 'hvm']),
      memory: String(300 + random.below(700)),
      maxmem: random.pick(['0', '3000']),
      vcpus: String(1 + random.below(8)),
      stubdom_mem: '288',
      kernel: random.pick(KERNEL_NAMES),
      kernelopts: random.pick(['', 'a b', 'x=<&">']),
      debug: random.pick(['True', 'False']),
      default_user: 'me',
      netvm: random.pick(['wall', 'net', '']),
      mac: '00:16:3E:00:00:0A',
      ip: '10.1.2.3',
      guivm: random.pick(['wall', '']),
      audiovm: random.pick(['wall', '']),
      autostart: 'True',
      include_in_backups: 'False',
      qrexec_timeout: '120',
      shutdown_timeout: '20',
      default_dispvm: random.pick(['dvm', '']),
      management_dispvm: random.pick(['dvm', '']),
      keyboard_layout: 'de++',
      ...modes,
      ...templateModes,
      ...(klass === 'DispVM' ? { auto_cleanup: 'True' } : {}),
    });
    const hasDevices = klass !== 'TemplateVM' && random.below(3) === 0;
    return {
      name,
      klass,
      qid,
      stored: { ...more, ...template, ...stored },
      features: this.#features(),
      tags: random
        .times(random.below(3), () => `tag${random.below(9)}`)
        .filter((tag, index, all) => all.indexOf(tag) === index),
      pci: hasDevices ? this.#pci() : [],
      block: random.below(3) === 0 ? this.#block() : [],
      volumes: this.#volumes(name, klass, stored['template'] ?? template.template),
    };
  }

  /** Each of these with a chance of one in six. */
  #sometimes(values: Record<string, string>): Record<string, string> {
    return Object.fromEntries(Object.entries(values).filter(() => this.#random.below(6) === 0));
  }

  #features(): Record<string, string> {
    const chosen = Object.entries(FEATURES).filter(() => this.#random.below(5) === 0);
    const since43 = this.#release === '4.3';
    return Object.fromEntries(
      chosen
        .filter(([name]) => since43 || !name.startsWith('boot-mode.'))
        .map(([name, values]) => [name, this.#random.pick([...values])]),
    );
  }

  #mode(): string {
    return this.#random.pick(['required', 'required', 'auto-attach', 'ask-to-attach', 'perhaps']);
  }

  #pci(): ModelDevice[] {
    const random = this.#random;
    const chosen = PCI_PORTS.filter(() => random.below(3) === 0);
    if (this.#release !== '4.3') {
      return this.#shuffled(chosen.filter(([port]) => !port.includes('-'))).map(([port]) => ({
        backend: 'dom0',
        port,
        options: this.#pciOptions(),
      }));
    }
    return this.#shuffled(
      chosen.map(([port, identity]) => ({
        backend: 'dom0',
        port: random.below(6) === 0 ? '*' : port,
        mode: this.#mode(),
        identity,
        options: this.#pciOptions(),
      })),
    );
  }

  #pciOptions(): Record<string, string> {
    return this.#sometimes({ 'no-strict-reset': 'True', permissive: 'yes' });
  }

  #block(): ModelDevice[] {
    const random = this.#random;
    const ports = ['sda', 'sdb1', 'loop7', 'mapper_x'].filter(() => random.below(2) === 0);
    const devices = ports.map((port, index) => ({
      backend: random.pick(['dom0', 'net', 'wall', 'gone']),
      port,
      ...(this.#release === '4.3' ? { mode: this.#mode() } : {}),
      options: this.#sometimes({
        'read-only': random.pick(['yes', 'no']),
        devtype: 'cdrom',
        'frontend-dev': `xvd${'wxyz'[index]}`,
      }),
    }));
    return this.#shuffled(devices);
  }

  /** One of them in R4.1, whose order is another each time that qubesd is started. */
  #shuffled<T>(items: T[]): T[] {
    if (this.#release === '4.1') return items.slice(0, 1);
    const keyed = items.map(item => [this.#random.below(1_000_000), item] as const);
    return keyed.sort(([left], [right]) => left - right).map(([, item]) => item);
  }

  /** Volumes as qubesd stores them, or none where those of the class do. The pool of a template decides for its VMs. */
  #volumes(name: string, klass: string, template: string | undefined): ModelVolume[] {
    const random = this.#random;
    if (random.below(8) === 0 && klass !== 'TemplateVM') return [];
    const own =
      klass === 'TemplateVM'
        ? name === 'tmpl-a'
          ? 'vm-pool'
          : 'varlibqubes'
        : random.pick(['vm-pool', 'reflinks']);
    const rootOf = template === 'dvm' ? undefined : template;
    const volumes: ModelVolume[] = [];
    if (klass === 'TemplateVM' || klass === 'StandaloneVM') {
      volumes.push({
        name: 'root',
        pool: own,
        vid: vidOf(own, klass, name, 'root'),
        rw: true,
        saveOnStop: true,
        ...this.#kept(),
      });
    } else if (rootOf !== undefined) {
      const pool = rootOf === 'tmpl-a' ? 'vm-pool' : 'varlibqubes';
      const source = vidOf(pool, 'TemplateVM', rootOf, 'root');
      volumes.push({
        name: 'root',
        pool,
        vid: vidOf(pool, klass, name, 'root'),
        source,
        rw: true,
        snapOnStart: true,
      });
    }
    if (klass !== 'DispVM') {
      volumes.push({
        name: 'private',
        pool: own,
        vid: vidOf(own, klass, name, 'private'),
        rw: true,
        saveOnStop: true,
        ...this.#kept(),
      });
    }
    volumes.push({
      name: 'volatile',
      pool: own,
      vid: vidOf(own, klass, name, 'volatile'),
      rw: true,
      ...(random.below(6) === 0 ? { ephemeral: random.below(2) === 0 } : {}),
    });
    volumes.push({ name: 'kernel', pool: 'linux-kernel', vid: '6.6.1' });
    if (random.below(6) === 0)
      volumes.push({
        name: 'more',
        pool: 'vm-pool',
        vid: `qubes_dom0/vm-${name}-more`,
        rw: random.below(2) === 0,
        saveOnStop: true,
      });
    return volumes;
  }

  #kept(): { revisionsToKeep?: number } {
    if (this.#random.below(5) !== 0) return {};
    return {
      revisionsToKeep: this.#release === '4.3' ? this.#random.pick([-1, 0, 1]) : this.#random.pick([0, 1]),
    };
  }
}

function vidOf(pool: string, klass: string, name: string, volume: string): string {
  if (pool === 'vm-pool') return `qubes_dom0/vm-${name}-${volume}`;
  return `${klass === 'TemplateVM' ? 'vm-templates' : 'appvms'}/${name}/${volume}`;
}
