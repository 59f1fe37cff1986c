import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import './addon.ts';
import type { Test } from 'tap';
import { runDomainXml } from '../../../src/programs/domain-xml/main.ts';
import { OTHER_CALLS } from '../../../src/programs/domain-xml/other-calls.ts';

/** What a run of the program left behind. */
export interface Run {
  code: number;
  out: string;
  /** The lines on standard error. */
  errors: string[];
}

/** Calls the program in this process, and catches what it says. */
export async function run(...argv: string[]): Promise<Run> {
  return runOn({ interactive: false }, ...argv);
}

export async function runOn({ interactive }: { interactive: boolean }, ...argv: string[]): Promise<Run> {
  let out = '';
  const errors: string[] = [];
  const code = await runDomainXml(argv, OTHER_CALLS, {
    print: text => {
      out += text;
    },
    complain: line => {
      errors.push(line);
    },
    interactive,
  });
  return { code, out, errors };
}

/** A new folder with those files in it (paths with slashes make folders); removed when the test is over. */
export function folderWith(t: Test, files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'domain-xml-test-')));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}
