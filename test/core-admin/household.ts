import { statSync } from 'node:fs';
import type { Test } from 'tap';
import { MEBIBYTE } from '../kernel/guest/images.ts';
import { blockSnapshot } from '../kernel/guest/programs.ts';
import { Bytes } from './disks.ts';
import type { Pool, Volumes } from './pool.ts';

export const ROOT = 8 * MEBIBYTE;
export const PRIVATE = 4 * MEBIBYTE;

/** A template with VMs on it, and what each has to see. */
export interface Household {
  test: Test;
  pool: Pool;
  /** The template's disk as it is committed. */
  root: Bytes;
  /** What `work` keeps. */
  kept: Bytes;
}

export const VMS = [
  { vm: 'base', klass: 'TemplateVM' },
  { vm: 'work', klass: 'AppVM', template: 'base' },
  { vm: 'other', klass: 'AppVM', template: 'base' },
  { vm: 'once', klass: 'DispVM', template: 'work' },
] as const;

/** A template, two VMs on it, and a disposable of the first; the disks that are kept are imported. */
export async function household(test: Test, pool: Pool): Promise<Household> {
  for (const vm of VMS) await pool.do('add', vm);
  const root = await importRandom(pool, 'base', 'root', ROOT);
  const kept = await importRandom(pool, 'work', 'private', PRIVATE);
  return { test, pool, root, kept };
}

/** Brings a disk in as a backup or another machine does: a file that takes the place of the image. */
export async function importRandom(pool: Pool, vm: string, volume: string, size: number): Promise<Bytes> {
  const bytes = Bytes.zeros(size);
  const path = (await pool.do('import_data', { vm, volume, size })) as string;
  bytes.write(path, 0, size);
  await pool.do('import_data_end', { vm, volume, success: true });
  return bytes;
}

/** Starts a VM. @returns its volumes, each with a device that is there */
export async function start({ test, pool }: Household, vm: string): Promise<Volumes> {
  await pool.do('start', { vm });
  const volumes = await pool.volumes(vm);
  for (const [name, { device }] of Object.entries(volumes)) {
    const isNode = device?.startsWith('/dev/mapper/') ?? false;
    test.equal(isNode, name !== 'volatile', `${vm}: ${name} is a device, but for what is not kept`);
    const status = device === null ? undefined : statSync(device);
    test.ok(isNode ? status?.isBlockDevice() : status?.isFile(), `${vm}: ${device} is there`);
  }
  return volumes;
}

export async function stop({ pool }: Household, vm: string): Promise<void> {
  await pool.do('stop', { vm });
}

export function sees(
  { test }: Household,
  what: string,
  volumes: Volumes,
  bytes: Partial<Record<keyof Volumes, Bytes>>,
) {
  for (const [name, expected] of Object.entries(bytes)) {
    const { device } = volumes[name as keyof Volumes];
    test.equal(expected.differs(device ?? 'no device'), undefined, `${what}: ${name}`);
  }
}

/** Writes through a VM's device, at its beginning, in its middle and at its end. */
export function write(bytes: Bytes, { device, size }: Volumes[keyof Volumes]): void {
  for (const position of [0, size / 2 + 4096, size - 512]) bytes.write(device ?? '', position, 512);
  bytes.write(device ?? '', MEBIBYTE, 300_000);
}

/**
 * Core-admin names the device that it takes down by the files that are there then: where the template's cow is another by now,
 * the device of the VM's start is not called any more. It is `list` that names it, and what takes it down.
 */
export function cleanForgotten({ test }: Household, ...started: Volumes[]): void {
  const nodes = started.map(({ root: { device } }) => device ?? '').sort();
  const advice = blockSnapshot('list').stdout.match(/block-snapshot cleanup snapshot \S+/g) ?? [];
  test.same(
    advice.map(line => line.split(' ')[3]).sort(),
    nodes,
    'list names the devices that were forgotten',
  );
  for (const node of nodes)
    test.same(blockSnapshot('cleanup', 'snapshot', node), { status: 0, stdout: '', stderr: '' });
}

export async function messageOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was not refused';
}

/** What is done with a pool, and has to hold. @param pool starts core-admin's code, anew each time */
export type Scene = (test: Test, pool: () => Pool) => Promise<void>;
