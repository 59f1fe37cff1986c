import { spawn } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROGRAM, PROJECT } from './project.ts';
import { folderWith } from './run.ts';

/** The larger program, under the name by which it is domain-xml. */
export const LARGER = join(folderWith(t, {}), 'domain-xml');
symlinkSync(join(PROJECT, 'dist/block-snapshot-tools'), LARGER);

export const RENDERER = PROGRAM;

/** What a call came to. */
export interface Called {
  status: number | null;
  out: string;
  errors: string;
}

export interface CallOptions {
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
}

/** Calls a program; what is in this process (a stand-in for qubesd) goes on meanwhile. */
export function call(
  program: string,
  args: readonly string[],
  { input = '', env = {}, cwd = '/' }: CallOptions = {},
): Promise<Called> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
      timeout: 120_000,
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', piece => out.push(piece));
    child.stderr.on('data', piece => errors.push(piece));
    // Who does not read it is no error here.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', status =>
      resolve({ status, out: Buffer.concat(out).toString(), errors: Buffer.concat(errors).toString() }),
    );
  });
}

/** The same of the renderer and of the larger program, one after the other. */
export async function both(args: readonly string[], options?: CallOptions): Promise<[Called, Called]> {
  return [await call(RENDERER, args, options), await call(LARGER, args, options)];
}
