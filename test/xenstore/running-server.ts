import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Behaviour } from './behaviour.ts';
import type { Change } from './tree.ts';

/** The small xenstore as a process of its own: the client under test waits without letting anything else run. */
export class RunningServer {
  readonly socket: string;
  readonly #child: ChildProcess;

  private constructor(socket: string, child: ChildProcess) {
    this.socket = socket;
    this.#child = child;
  }

  static async start(socket: string): Promise<RunningServer> {
    rmSync(socket, { force: true });
    const program = join(dirname(fileURLToPath(import.meta.url)), 'server.js');
    const child = spawn(process.execPath, [program, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    const server = new RunningServer(socket, child);
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        throw new Error('the xenstore for tests did not start');
      }),
    ]);
    // It ends with the test that started it, however that ends.
    process.once('exit', () => child.kill());
    child.unref();
    child.stdout.destroy();
    return server;
  }

  behave(behaviour: Behaviour): void {
    // The server may be reading it for a client that has gone: it finds the one or the other, and nothing in between.
    writeFileSync(`${this.socket}.behaviour.new`, behaviour);
    renameSync(`${this.socket}.behaviour.new`, `${this.socket}.behaviour`);
  }

  /** What took effect since this was asked last: the changes of each transaction, in order. */
  changes(): Change[][] {
    const path = `${this.socket}.journal`;
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    rmSync(path);
    return lines.map(line => JSON.parse(line) as Change[]);
  }

  /** Halts the process, with its socket listening still. */
  halt(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  stop(): void {
    this.#child.kill('SIGCONT');
    this.#child.kill();
  }
}
