import { rmSync } from 'node:fs';
import type { Test } from 'tap';
import { failureText } from '../../../../src/words/failure-text.ts';
import { oneLine } from '../../../../src/words/printable.ts';
import { must } from '../programs.ts';
import type { Damage } from './damage.ts';

/** Something that is read back, and the commands that read it. */
export interface Scene {
  /** What it is undamaged. */
  whole: Buffer;
  /** What is another's: whole in itself, and not this one's. */
  others: readonly Buffer[];
  /** Puts a content in its place. */
  put(content: Buffer): void;
  /** Where it is a file that a named pipe can stand in place of. */
  path?: string;
  /** One of these is in every error. */
  named: readonly string[];
  /** Runs the commands, and looks at what came of them. */
  use(tried: Tried, damage: Damage | 'a named pipe'): void | Promise<void>;
  /** After the last. */
  end(): void | Promise<void>;
}

/** What came of commands on something that is damaged: done, or an error that says which file is, in one line. */
export class Tried {
  readonly #test: Test;
  readonly #named: readonly string[];
  readonly #what: string;

  constructor(test: Test, named: readonly string[], what: string) {
    this.#test = test;
    this.#named = named;
    this.#what = what;
  }

  /** @returns undefined where it was refused */
  async run<Result>(command: string, action: () => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await action();
    } catch (error) {
      const text = failureText(error);
      const wrong = [
        ...(text.startsWith('internal error') ? ['crashed'] : []),
        ...(this.#named.some(name => text.includes(name)) ? [] : [`named none of ${this.#named}`]),
        ...(oneLine(text).length > 6000 ? [`took ${text.length} characters`] : []),
      ];
      if (wrong.length > 0) this.fail(`${command} ${wrong.join(' and ')}: ${text.slice(0, 500)}`);
      return undefined;
    }
  }

  /** Fails with what is damaged, and how. */
  fail(message: string): void {
    this.#test.fail(`${this.#what}: ${message}`);
  }
}

export function putPipe(path: string): void {
  rmSync(path, { force: true });
  must('mkfifo', path);
}

/** A content as the addon gives it: what is behind a NUL is none of it. */
export function textOf(content: Buffer): string {
  return content.toString().split('\0')[0] ?? '';
}

/** @param content as bytes, whatever they are */
export function setAttribute(path: string, name: string, content: Buffer): void {
  must('setfattr', '-n', name, '-v', `0x${content.toString('hex')}`, path);
}
