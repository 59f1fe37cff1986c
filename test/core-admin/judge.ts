import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT } from '../domain-xml/support/project.ts';

/** Debian's own python3, for which its lxml is. */
const PYTHON = '/usr/bin/python3';

/** What core-admin is to judge, and on what host. */
export interface Case {
  /** Paths of qubes.xml. Each is answered for at PATH.sock, too. */
  stores: string[];
  kernels: string;
  sysfs: string;
  /** MiB. */
  memory: number;
}

/** What it makes of a VM. */
export interface JudgedVm {
  /** The domain XML, or why there is none. */
  xml?: string;
  error?: string;
  /** As admin.vm.property.GetAll has them: `default=True type=int 400`. */
  properties: Record<string, string>;
  values: Record<string, unknown>;
}

export type Verdict = Record<string, JudgedVm> | { refused: string };

/** Core-admin's own code at work: a process that answers at its sockets until it is stopped. */
export class Judge {
  readonly verdicts: Readonly<Record<string, Verdict>>;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, verdicts: Record<string, Verdict>) {
    this.#process = process;
    this.verdicts = verdicts;
  }

  /** Starts it with the code of a checkout of core-admin; throws when it cannot be run. */
  static async start(checkout: string, job: Case): Promise<Judge> {
    const judge = spawn(PYTHON, [join(PROJECT, 'test/core-admin/judge.py'), checkout], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const line = new Promise<string>((resolve, reject) => {
      createInterface({ input: judge.stdout }).once('line', resolve);
      judge.once('error', reject);
      judge.once('exit', code =>
        reject(new Error(`core-admin's code ended with ${code}, without an answer`)),
      );
    });
    judge.stdin.write(`${JSON.stringify(job)}\n`);
    return new Judge(judge, JSON.parse(await line));
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    this.#process.stdin?.end();
    await ended;
  }
}
