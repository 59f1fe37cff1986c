import { createServer, type Server, type Socket } from 'node:net';
import {
  allVolumes,
  LABEL_COLOR,
  LABELS,
  labelOf,
  type Model,
  type ModelDevice,
  type ModelVm,
  type ModelVolume,
  uuidOf,
} from './qubes-model.ts';

/** What a call of the stand-in gives: a text for success, an exception, or exactly these bytes (none: no reply). */
export type Answer = string | { exception: string; message: string; words?: string[] } | { bytes: Buffer };

export interface Request {
  method: string;
  argument: string;
  destination: string;
}

/**
 * Does something else than a good daemon would; undefined leaves the call to it. "hang" never answers, "drip" never
 * ends, "slow" takes its time.
 */
export type Misbehaviour = (request: Request) => Answer | 'hang' | 'drip' | 'slow' | undefined;

/** A stand-in for qubesd: it speaks its protocol on a socket, and answers from a model. */
export class Qubesd {
  readonly socket: string;
  /** Every call there was, as "METHOD+ARG DEST". */
  readonly calls: string[] = [];
  /** How many calls were under way at once. */
  mostAtOnce = 0;
  #underWay = 0;
  readonly #server: Server;
  readonly #model: Model;
  readonly #misbehave: Misbehaviour;
  readonly #open = new Set<Socket>();

  private constructor(socket: string, model: Model, misbehave: Misbehaviour) {
    this.socket = socket;
    this.#model = model;
    this.#misbehave = misbehave;
    this.#server = createServer({ allowHalfOpen: true }, connection => this.#serve(connection));
  }

  /** Starts one; what starts it ends it. */
  static async start(
    t: { teardown(stop: () => void): unknown },
    socket: string,
    model: Model,
    misbehave: Misbehaviour = () => undefined,
  ): Promise<Qubesd> {
    const daemon = new Qubesd(socket, model, misbehave);
    await new Promise<void>((resolve, reject) => {
      daemon.#server.once('error', reject);
      daemon.#server.listen(socket, resolve);
    });
    t.teardown(() => daemon.stop());
    return daemon;
  }

  stop(): void {
    for (const connection of this.#open) connection.destroy();
    this.#server.close();
  }

  /** As the real one does, it waits until the writing side is closed before it looks at the request. */
  #serve(connection: Socket): void {
    const parts: Buffer[] = [];
    this.#open.add(connection);
    connection.on('close', () => this.#open.delete(connection));
    // A client that has read enough goes away.
    connection.on('error', () => {});
    connection.on('data', part => parts.push(part));
    connection.on('end', () => {
      const request = parse(Buffer.concat(parts));
      if (request === null) {
        connection.destroy();
        return;
      }
      const { method, argument, destination } = request;
      this.calls.push(`${method}${argument === '' ? '' : `+${argument}`} ${destination}`);
      this.#underWay += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
      const answer = this.#misbehave(request) ?? this.#answer(request);
      const reply = (good: Answer) => {
        this.#underWay -= 1;
        connection.end(encode(good));
      };
      if (answer === 'drip') drip(connection);
      else if (answer === 'slow') setTimeout(() => reply(this.#answer(request)), 5);
      else if (answer !== 'hang') reply(answer);
    });
  }

  #answer({ method, argument, destination }: Request): Answer {
    const vm = this.#model.vms.find(({ name }) => name === destination);
    if (vm === undefined) {
      return { exception: 'QubesVMNotFoundError', message: 'No such domain: %r', words: [destination] };
    }
    switch (method) {
      case 'admin.vm.List':
        return lines(this.#model.vms.map(listed));
      case 'admin.vm.property.GetAll':
        return lines(Object.entries(answersOf(vm)).map(([name, answer]) => `${name} ${escaped(answer)}`));
      case 'admin.vm.property.Get': {
        const answer = answersOf(vm)[argument];
        if (answer === undefined) {
          return {
            exception: 'QubesNoSuchPropertyError',
            message: `Invalid property '${argument}' of ${vm.name}`,
          };
        }
        return answer;
      }
      case 'admin.vm.feature.List':
        return lines(Object.keys(vm.features ?? {}));
      case 'admin.vm.feature.Get':
        return (
          vm.features?.[argument] ?? {
            exception: 'QubesFeatureNotFoundError',
            message: `Feature not set for domain ${vm.name}: ${argument}`,
          }
        );
      case 'admin.vm.property.GetDefault':
        return `type=${typeOf(argument)} ${vm.defaults?.[argument] ?? ''}`;
      case 'admin.label.Index':
        return String((LABELS as readonly string[]).indexOf(argument));
      case 'admin.label.Get':
        return LABEL_COLOR;
      case 'admin.vm.tag.List':
        return lines(vm.tags ?? []);
      case 'admin.vm.device.pci.Assigned':
        return lines((vm.pci ?? []).map(each => device(each, 'pci', vm)).sort());
      case 'admin.vm.device.block.Assigned':
        return lines((vm.block ?? []).map(each => device(each, 'block', vm)).sort());
      case 'admin.vm.volume.List':
        return lines(allVolumes(this.#model, vm).map(({ name }) => name));
      case 'admin.vm.volume.Info': {
        const volume = allVolumes(this.#model, vm).find(({ name }) => name === argument);
        return volume === undefined ? { bytes: Buffer.alloc(0) } : lines(this.#volume(volume));
      }
      default:
        // What the real one does with a method that it does not have.
        return { bytes: Buffer.alloc(0) };
    }
  }

  #volume({
    name,
    pool,
    vid,
    source,
    rw,
    snapOnStart,
    saveOnStop,
    ephemeral,
    revisionsToKeep,
  }: ModelVolume): string[] {
    const kept = this.#model.pools.find(each => each.name === pool);
    const path = {
      file: `${kept?.dir_path}/${snapOnStart ? source : vid}.img`,
      'file-reflink': `${kept?.dir_path}/${vid}-dirty.img`,
      lvm_thin: `/dev/${vid}`,
      'linux-kernel': `${kept?.dir_path}/${vid}/modules.img`,
      zfs: `/dev/zvol/${vid}`,
    }[kept?.driver ?? ''];
    const effective = ephemeral ?? (name === 'volatile' && kept?.ephemeral_volatile === 'True');
    return [
      `pool=${pool}`,
      `vid=${vid}`,
      'size=10737418240',
      'usage=0',
      `rw=${python(rw)}`,
      `source=${source ?? ''}`,
      `path=${path}`,
      `save_on_stop=${python(saveOnStop)}`,
      `snap_on_start=${python(snapOnStart)}`,
      `revisions_to_keep=${revisionsOf(kept?.driver, saveOnStop, revisionsToKeep)}`,
      `ephemeral=${python(effective)}`,
    ];
  }
}

function revisionsOf(driver: string | undefined, saveOnStop = false, revisionsToKeep = 1): number {
  return driver === 'linux-kernel' || (driver === 'file' && !saveOnStop) ? 0 : revisionsToKeep;
}

/** A byte now and then, as long as somebody reads. */
function drip(connection: Socket): void {
  connection.write('0\0');
  const timer = setInterval(() => connection.write('a'), 20);
  connection.on('close', () => clearInterval(timer));
}

const COMMON = {
  audiovm: 'dom0',
  bootmode: 'default',
  debug: 'False',
  default_user: 'user',
  guivm: 'dom0',
  ip6: '',
  kernel: '6.6.1',
  kernelopts: 'swiotlb=2048',
  mac: '00:16:3e:5e:6c:00',
  maxmem: '4000',
  memory: '400',
  provides_network: 'False',
  stubdom_mem: '',
  vcpus: '2',
  virt_mode: 'pvh',
  xid: '-1',
};

function propertiesOf(vm: ModelVm): Record<string, string> {
  return {
    ...COMMON,
    klass: vm.klass,
    label: labelOf(vm),
    name: vm.name,
    qid: String(vm.qid),
    uuid: uuidOf(vm.qid),
    ...vm.stored,
    ...vm.resolved,
  };
}

const NUMBERS = new Set(['xid', 'qid', 'memory', 'maxmem', 'vcpus', 'stubdom_mem']);
const FLAGS = new Set(['debug', 'provides_network']);
const VMS = new Set(['template', 'netvm', 'audiovm', 'guivm']);

function typeOf(name: string): string {
  if (name === 'label') return 'label';
  return NUMBERS.has(name) ? 'int' : FLAGS.has(name) ? 'bool' : VMS.has(name) ? 'vm' : 'str';
}

/** What the daemon says of each property: what is recorded, changed where the test says so, or what follows from the model. */
function answersOf(vm: ModelVm): Record<string, string> {
  const answered = (values: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, `default=False type=${typeOf(name)} ${value}`]),
    );
  return vm.answers === undefined
    ? answered(propertiesOf(vm))
    : { ...vm.answers, ...answered(vm.resolved ?? {}) };
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function listed(vm: ModelVm): string {
  const running = vm.klass === 'AdminVM' || (vm.resolved?.['xid'] ?? '-1') !== '-1';
  return `${vm.name} class=${vm.klass} state=${running ? 'Running' : 'Halted'} uuid=${uuidOf(vm.qid)}`;
}

function device(
  { backend, port, mode = 'required', identity = '*', options = {} }: ModelDevice,
  devclass: string,
  vm: ModelVm,
) {
  const own = {
    device_id: identity,
    port_id: port,
    devclass,
    backend_domain: backend || '*',
    mode,
    frontend_domain: vm.name,
  };
  const all = [...Object.entries(own), ...Object.entries(options).map(([key, value]) => [`_${key}`, value])];
  const texts = all.map(([key, value]) => `${key}='${value?.replaceAll("'", "\\'")}'`);
  return `${backend || 'None'}+${port}:${identity} ${texts.join(' ')}`;
}

function python(value: boolean | undefined): string {
  return value === true ? 'True' : 'False';
}

function lines(all: readonly string[]): string {
  return all.map(line => `${line}\n`).join('');
}

/** A request as the protocol has it; null for anything else. */
function parse(bytes: Buffer): Request | null {
  const match = /^([a-zA-Z.]+)(?:\+([!-~]*))? dom0 name ([\w.-]+)\0$/.exec(bytes.toString('latin1'));
  if (match === null) return null;
  const [, method = '', argument = '', destination = ''] = match;
  return { method, argument, destination };
}

function encode(answer: Answer): Buffer {
  if (typeof answer === 'string') return Buffer.from(`0\0${answer}`);
  if ('bytes' in answer) return answer.bytes;
  const { exception, message, words = [] } = answer;
  return Buffer.from(`2\0${exception}\0\0${message}\0${words.map(word => `${word}\0`).join('')}`);
}
