import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { PROJECT } from '../domain-xml/support/project.ts';

/** Debian's own python3, for which its lxml is. */
const PYTHON = '/usr/bin/python3';

/** What core-admin takes a volume for. */
export interface Volume {
  /** What the VM gets; null where files that name it are not there. */
  device: string | null;
  image: string;
  cow: string;
  /** Bytes. */
  size: number;
  dirty: boolean;
  revisions: string[];
}

export type Volumes = Record<'root' | 'private' | 'volatile', Volume>;

/** Core-admin's file pool at work, in a process that does one thing after the other until it is stopped. */
export class Pool {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  #said = '';

  /**
   * @param checkout of core-admin
   * @param script in which it is at work, beside this file, and what else that is told
   */
  constructor(checkout: string, script = 'pool.py', ...parameters: string[]) {
    this.#process = spawn(PYTHON, ['-B', join(PROJECT, 'test/core-admin', script), checkout, ...parameters], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Where udev does not run, dmsetup has to be told to make the nodes itself.
      env: { ...process.env, DM_DISABLE_UDEV: '1' },
    });
    this.#lines = createInterface({ input: this.#process.stdout as NonNullable<ChildProcess['stdout']> });
    this.#process.stderr?.on('data', text => {
      this.#said += text;
    });
  }

  /** Has it do something. @throws Error with what it says instead */
  async do(name: string, parameters: Record<string, unknown>): Promise<unknown> {
    const answer = JSON.parse(await this.#ask({ do: name, ...parameters })) as {
      done?: unknown;
      error?: string;
    };
    if (answer.error !== undefined) throw new Error(`${answer.error}\n${this.complaints()}`);
    return answer.done;
  }

  async volumes(vm: string): Promise<Volumes> {
    return (await this.do('volumes', { vm })) as Volumes;
  }

  /** What it, or a program that it has called, has said on standard error since this was asked last. */
  complaints(): string {
    const said = this.#said;
    this.#said = '';
    return said;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    this.#process.stdin?.end();
    await ended;
  }

  #ask(call: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`core-admin's code has ended: ${this.complaints()}`));
      this.#process.once('exit', ended);
      this.#lines.once('line', line => {
        this.#process.off('exit', ended);
        resolve(line);
      });
      this.#process.stdin?.write(`${JSON.stringify(call)}\n`);
    });
  }
}
