// Debian's nbd-server and nbd-client, on loopback: what hosts of a cluster have over their network.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadModules } from '../filesystems/modules.ts';
import { planMessage } from '../kernel-log.ts';
import { must, run } from '../programs.ts';
import { takeAllDown } from '../state.ts';

const FOLDER = '/run/lab/nbd';
const LOOPBACK = '127.0.0.1';

/** What can be had of a server: by a name, the file that it is, and whether it can be written. */
export interface Export {
  name: string;
  file: string;
  writable?: boolean;
}

/** Says that the kernel is going to complain of servers that go away. */
function planTroubles(): void {
  for (const pattern of [
    '^block nbd[0-9]+: ',
    '^nbd: nbd[0-9]+ already in use',
    '^(blk_update_request: )?I/O error, dev nbd[0-9]+, ',
    '^Buffer I/O error on dev (nbd|dm-)[0-9]+, ',
    '^ldm_validate_partition_table',
    '^ ?(Dev )?nbd[0-9]+: ',
    '^Dev nbd[0-9]+: ',
  ])
    planMessage(pattern);
}

let isSetUp = false;

/** Loads the driver with a few devices, and brings the loopback interface up. */
export function setUpNbd(): void {
  if (isSetUp) return;
  loadModules('nbd');
  must('ip', 'link', 'set', 'lo', 'up');
  mkdirSync(FOLDER);
  planTroubles();
  isSetUp = true;
}

/** A server of exports, which can be stopped, and killed. */
export class NbdServer {
  readonly #exports: readonly Export[];
  readonly #address: string;
  #process = 0;

  /** @param address that it listens at */
  constructor(exports: readonly Export[], address = LOOPBACK) {
    setUpNbd();
    this.#exports = exports;
    this.#address = address;
    this.start();
  }

  /** Also again, when it was killed. */
  start(): void {
    const text = [
      '[generic]',
      `listenaddr = ${this.#address}`,
      ...this.#exports.flatMap(({ name, file, writable }) => [
        `[${name}]`,
        `exportname = ${file}`,
        ...(writable === true ? [] : ['readonly = true']),
      ]),
    ];
    const [configuration, pid] = [`${FOLDER}/configuration`, `${FOLDER}/pid`];
    writeFileSync(configuration, `${text.join('\n')}\n`);
    rmSync(pid, { force: true });
    must('nbd-server', '-C', configuration, '-p', pid);
    waitFor('the number of the nbd-server', () => existsSync(pid) && readFileSync(pid, 'utf8').trim() !== '');
    this.#process = Number(readFileSync(pid, 'utf8').trim());
  }

  /** From now on it answers nobody. */
  stop(): void {
    this.#signal('SIGSTOP');
    waitFor('the stop of nbd-server', () => this.stands());
  }

  goOn(): void {
    this.#signal('SIGCONT');
  }

  stands(): boolean {
    const states = this.#processes().map(({ state }) => state);
    return states.length > 0 && states.every(state => state === 'T');
  }

  kill(): void {
    this.#signal('SIGKILL');
    waitFor('the end of nbd-server', () => this.#processes().every(({ state }) => state === 'Z'));
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#processes().length > 0) process.kill(-this.#process, signal);
  }

  /** It, and one for each connection. */
  #processes(): ProcessState[] {
    return processes().filter(({ group }) => group === this.#process);
  }
}

/** Runs an action with a server; whatever comes of it, no device is connected afterwards, and the server is gone. */
export function withServer<Result>(
  exports: readonly Export[],
  action: (server: NbdServer) => Result,
): Result {
  const server = new NbdServer(exports);
  try {
    return action(server);
  } finally {
    takeDownServer(server);
  }
}

/** The same for an action that waits for something. */
export async function withServerLasting(
  exports: readonly Export[],
  action: (server: NbdServer) => Promise<void>,
): Promise<void> {
  const server = new NbdServer(exports);
  try {
    await action(server);
  } finally {
    takeDownServer(server);
  }
}

function takeDownServer(server: NbdServer): void {
  server.goOn();
  takeAllDown();
  for (const number of connected) disconnect(number);
  server.kill();
}

/** A process, and how it is: the letter of ps. */
export interface ProcessState {
  pid: number;
  name: string;
  state: string;
  group: number;
}

/** All that there are. */
export function processes(): ProcessState[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        const [, pid = '', comm = '', state = '', , group = ''] =
          /^(\d+) \((.*)\) (\S) (\S+) (\S+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
        return [{ pid: Number(pid), name: comm, state, group: Number(group) }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

/** The numbers of the devices that are connected. */
const connected = new Set<number>();

/** Connects a device to an export. @returns its node */
export function connect(number: number, name: string, address = LOOPBACK): string {
  const node = `/dev/nbd${number}`;
  // A server that has just been started, or a device that was disconnected, may take a moment.
  waitFor(
    `${node} on ${name}`,
    () => run('nbd-client', ['-N', name, address, node]).status === 0 && isConnected(number),
  );
  connected.add(number);
  // As udev does: the first to open it has the kernel look for partitions, and waits for that.
  must('blockdev', '--getsize64', node);
  return node;
}

function isConnected(number: number): boolean {
  return (
    existsSync(`/sys/block/nbd${number}/pid`) &&
    readFileSync(`/sys/block/nbd${number}/size`, 'utf8').trim() !== '0'
  );
}

export function disconnect(number: number): void {
  run('nbd-client', ['-d', `/dev/nbd${number}`]);
  connected.delete(number);
  waitFor(`the end of nbd${number}`, () => !existsSync(`/sys/block/nbd${number}/pid`));
}

/** Waits for what another program is about to do. @throws Error when it does not within half a minute */
export function waitFor(what: string, holds: () => boolean): void {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} did not come about`);
    must('sleep', '0.05');
  }
}
