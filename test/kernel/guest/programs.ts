import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAddonFrom } from '../../../src/native/addon.ts';

/** The project's folder: this file runs as build/test/kernel/guest/programs.js. */
export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
export const DIST = join(PROJECT, 'dist');

/** The drivers of this kernel that can be loaded; the lab's first process is told where they lie. */
export const DRIVERS = join(process.env['lab_kernel'] ?? '', 'modules', release(), 'kernel/drivers');

/** Whether udev runs in here. */
export const UDEV = existsSync('/run/udev/control');

/** The addon, loaded into the test itself: what the kernel says, not what the program says about it. */
export const kernel = loadAddonFrom(join(DIST, 'block-snapshot.node'));

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The executable under one of its names. */
export function executable(name = 'block-snapshot'): string {
  return join(DIST, name);
}

export interface RunOptions {
  cwd?: string;
  environment?: Record<string, string>;
}

/** Runs any program and waits for it; one that cannot be started at all is an error of the test. */
export function run(program: string, parameters: readonly string[], options: RunOptions = {}): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // Where udev does not run, dmsetup has to be told to make the nodes itself; our own program has not.
    env: {
      ...process.env,
      ...(program === 'dmsetup' && !UDEV ? { DM_DISABLE_UDEV: '1' } : {}),
      ...options.environment,
    },
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Runs block-snapshot. */
export function blockSnapshot(...parameters: string[]): Outcome {
  return run(executable(), parameters);
}

/** Runs block-snapshot while this process goes on. */
export function blockSnapshotBeside(...parameters: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable(), parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    const outcome: Outcome = { status: null, stdout: '', stderr: '' };
    child.stdout.on('data', text => {
      outcome.stdout += text;
    });
    child.stderr.on('data', text => {
      outcome.stderr += text;
    });
    child.on('error', reject);
    child.on('close', status => resolve({ ...outcome, status }));
  });
}

/** Runs a command that has to succeed. @returns what it printed, without the last newline */
export function must(program: string, ...parameters: string[]): string {
  const { status, stdout, stderr } = run(program, parameters);
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: exit ${status}: ${stderr}`);
  return stdout.trimEnd();
}

/** Prepares a device that has to come about. @returns its node */
export function mustPrepare(type: 'snapshot' | 'origin', ...images: string[]): string {
  return must(executable(), 'prepare', type, images.join(':'));
}

/** Cleans a device up, which has to succeed. @returns what was said on standard error */
export function mustCleanup(type: 'snapshot' | 'origin', node: string): string {
  const { status, stdout, stderr } = blockSnapshot('cleanup', type, node);
  if (status !== 0 || stdout !== '')
    throw new Error(`cleanup ${type} ${node}: exit ${status}: ${stdout}${stderr}`);
  return stderr;
}
