import type { Test } from 'tap';
import { readAt, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';

/** The bytes of a version. */
export const SIZE = 1024 * 1024;
const BLOCK = 4096;

/** A VM of a host, with its disk on a version. */
export interface Vm {
  base: string;
  cow: string;
  /** What it has to read: its version's bytes, and what it wrote. */
  expected: Buffer;
  node: string | undefined;
}

/** Starts and stops VMs in random order; each has to read what it has to at its start, at its stop, and at the end. */
export function startAndStop(
  test: Test,
  vms: readonly Vm[],
  steps: number,
  below: (most: number) => number,
): void {
  const reads = (vm: Vm, what: string) =>
    test.ok(vm.node !== undefined && readAt(vm.node, 0, SIZE).equals(vm.expected), `${vm.cow} ${what}`);
  for (let step = 0; step < steps; step++) {
    const vm = vms[below(vms.length)];
    if (vm === undefined) continue;
    if (vm.node === undefined) {
      vm.node = prepareHere('snapshot', vm.base, vm.cow);
      reads(vm, 'has started');
    } else {
      const at = BLOCK * below(SIZE / BLOCK);
      writeRandomAt(vm.node, at, BLOCK).copy(vm.expected, at);
      reads(vm, 'is about to stop');
      cleanupHere('snapshot', vm.node);
      vm.node = undefined;
    }
  }
  for (const vm of vms) {
    if (vm.node === undefined) continue;
    reads(vm, 'runs at the end');
    cleanupHere('snapshot', vm.node);
  }
}
