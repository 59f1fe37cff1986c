import { host } from '../../host/host.ts';
import { type Addon, addon, replaceAddon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { printable } from '../../words/printable.ts';

/** What is written before an answer is as long as this is shown; the rest of it is not. */
const LONGEST = 120;

/** What tells nothing of what is done, or is how the steps are told themselves. */
const UNTOLD: ReadonlySet<string> = new Set(['writeText', 'holdSignals', 'releaseSignals']);

/**
 * Shows from now on every call to the kernel on standard error: when, what, with what answer, and its milliseconds. Nothing
 * of the program itself is in the way of it: the addon, through which all of them go, is replaced by one that tells.
 */
export function showSteps(): void {
  const real = addon();
  const lines = new Lines(real);
  const telling = Object.entries(real).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    if (name === 'holdSignals') return [name, () => lines.hold(() => real.holdSignals())];
    if (name === 'releaseSignals') return [name, () => lines.release(() => real.releaseSignals())];
    return [name, UNTOLD.has(name) ? value : told(name, value as Call, lines)];
  });
  replaceAddon(Object.fromEntries(telling) as Addon);
}

type Call = (...parameters: unknown[]) => unknown;

function told(name: string, call: Call, lines: Lines): Call {
  return (...parameters) => {
    const start = host.elapsed();
    let answer = '';
    try {
      const result = call(...parameters);
      answer = result === undefined ? '' : ` = ${textOf(result)}`;
      return result;
    } catch (error) {
      answer = ` = ${isSystemError(error) ? error.code : String(error)}`;
      throw error;
    } finally {
      const took = (host.elapsed() - start).toFixed(2);
      lines.add(
        `${start.toFixed(2).padStart(9)} ms  ${[name, ...parameters.map(textOf)].join(' ')}${answer} (${took} ms)`,
      );
    }
  };
}

function textOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'object') {
    const bytes = (value as { byteLength?: unknown }).byteLength;
    if (bytes !== undefined) return `${bytes} bytes`;
    const text = JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'bigint' ? String(part) : part,
    );
    return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
  }
  return printable(String(value));
}

/**
 * Lines on standard error. While signals are held, which is while a template's disk stands still, none is written: a terminal
 * that takes nothing would keep VMs waiting.
 */
class Lines {
  readonly #real: Addon;
  readonly #waiting: string[] = [];
  #held = false;

  constructor(real: Addon) {
    this.#real = real;
  }

  add(line: string): void {
    this.#waiting.push(line);
    if (!this.#held) this.#write();
  }

  hold(action: () => void): void {
    this.#held = true;
    action();
  }

  release(action: () => void): void {
    action();
    this.#held = false;
    this.#write();
  }

  #write(): void {
    try {
      for (const line of this.#waiting.splice(0)) this.#real.writeText(2, `${line}\n`);
    } catch (error) {
      // Where standard error takes nothing, there is nobody to tell.
      if (!isSystemError(error)) throw error;
    }
  }
}
