import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';
import { LargerNeeded } from '../larger-needed.ts';

/** Set in the build of the renderer, which starts no program. */
declare const BUILD_RENDERER: true | undefined;

const CPU_INFORMATION = '/proc/cpuinfo';
const MEMORY_INFORMATION = '/proc/meminfo';
const HYPERVISOR = '/sys/hypervisor/type';

/** What the kernel says of the first core is shorter; it works out the others only when they are read. */
const FIRST_CORE = 8192;

/**
 * The processor's family and model, as [6, 58] for Ivy Bridge.
 * @throws Refusal where the kernel names none
 */
export function cpuFamilyModel(): [number, number] {
  const text = readStart(CPU_INFORMATION, FIRST_CORE);
  const family = /^cpu family\s*: (\d+)$/m.exec(text)?.[1];
  const model = /^model\s*: (\d+)$/m.exec(text)?.[1];
  if (family === undefined || model === undefined) {
    throw new Refusal(`${CPU_INFORMATION}: names no "cpu family" and "model": is this an x86 machine?`);
  }
  return [Number(family), Number(model)];
}

/**
 * MiB that the host has. Under Xen dom0 has been given a part of it only, so that Xen is asked, through xl;
 * elsewhere the kernel knows. `hypervisor` is the kernel's file with the hypervisor's name.
 * @throws Refusal where neither tells
 */
export async function hostMemory(hypervisor: string = HYPERVISOR): Promise<number> {
  if (!isXen(hypervisor)) return kernelMemory();
  if (typeof BUILD_RENDERER !== 'undefined') throw new LargerNeeded('xl info');
  else return xenMemory(await import('../program.ts'));
}

function isXen(hypervisor: string): boolean {
  try {
    return addon().readText(hypervisor)?.trim() === 'xen';
  } catch {
    return false;
  }
}

async function xenMemory({ runProgram }: typeof import('../program.ts')): Promise<number> {
  const remedy = 'install the Xen tools, or say with --host-memory how many MiB the host has';
  const { exitCode, stdout, stderr } = await runProgram({ program: 'xl', args: ['info'], remedy });
  const total = /^total_memory\s*: (\d{1,9})$/m.exec(stdout)?.[1];
  if (exitCode === 0 && total !== undefined) return Number(total);
  const reason = stderr.split('\n')[0]?.trim() || `exit code ${exitCode}, no total_memory`;
  throw new Refusal(`xl info: ${reason}: say with --host-memory how many MiB the host has`);
}

function kernelMemory(): number {
  const total = /^MemTotal:\s*(\d+) kB$/m.exec(readStart(MEMORY_INFORMATION, FIRST_CORE))?.[1];
  if (total === undefined) throw new Refusal(`${MEMORY_INFORMATION}: has no MemTotal`);
  return Math.floor(Number(total) / 1024);
}

function readStart(path: string, length: number): string {
  try {
    const descriptor = addon().openFile(path, addon().openFlags.readOnly, 0);
    try {
      return host.textOf(addon().readNext(descriptor, length));
    } finally {
      addon().closeFile(descriptor);
    }
  } catch (error) {
    throw new Refusal(`${path}: cannot be read: ${systemErrorText(error)}`);
  }
}
