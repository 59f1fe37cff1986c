import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { jinjaEnvironment, PYTHON } from './python.ts';
import type { TaggedValue } from './tagged-values.ts';

/** A template, the files around it (the template itself is `main`), and its variables. */
export interface Trial {
  files: Record<string, string>;
  variables: Record<string, TaggedValue>;
}

/** What rendering a trial came to. */
export interface Outcome {
  output?: string;
  /** The class of what was raised. */
  error?: string;
  message?: string;
  line?: number | null;
  /** The innermost template that the error came out of. */
  template?: string | null;
  tooLong?: boolean;
}

const SCRIPT = fileURLToPath(new URL('../../../test/jinja/oracle.py', import.meta.url));

/** The real Jinja2 in one long-lived process. */
export class Oracle {
  readonly #process: ChildProcess;
  readonly #waiting: ((answer: string) => void)[] = [];
  #failure = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
    if (process.stdout === null || process.stderr === null) throw new Error('the oracle has no pipes');
    createInterface({ input: process.stdout }).on('line', line => this.#waiting.shift()?.(line));
    process.stderr.on('data', chunk => {
      this.#failure += String(chunk);
    });
    process.on('close', () => {
      for (const answer of this.#waiting.splice(0)) answer(JSON.stringify({ died: this.#failure }));
    });
  }

  /** Starts it. Rejects if it cannot be had. */
  static async start(): Promise<Oracle> {
    const oracle = new Oracle(
      spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'], env: jinjaEnvironment() }),
    );
    const { version, died } = JSON.parse(await oracle.#answer()) as { version?: string; died?: string };
    if (version !== undefined) return oracle;
    throw new Error(`Jinja2 does not start: ${died ?? ''}`);
  }

  #answer(): Promise<string> {
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  async render(trial: Trial): Promise<Outcome> {
    this.#process.stdin?.write(`${JSON.stringify(trial)}\n`);
    const answer = JSON.parse(await this.#answer()) as Outcome & { died?: string };
    if (answer.died !== undefined) throw new Error(`the oracle died: ${answer.died}`);
    return answer;
  }

  stop(): void {
    this.#process.stdin?.end();
  }
}
