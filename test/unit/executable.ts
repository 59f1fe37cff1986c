import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder: this file runs as build/test/unit/executable.js. */
export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Runs the built executable under one of its names, natively. */
export function runAs(name: string, ...parameters: string[]) {
  const { status, stdout, stderr, error } = spawnSync(join(PROJECT, 'dist', name), parameters, {
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}
