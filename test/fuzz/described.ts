import { checkVmDescription, type VmDescription } from '../../src/domain-xml/description/vm-description.ts';
import { assemble } from '../../src/domain-xml/qubes/assemble.ts';
import type { VmData } from '../../src/domain-xml/qubes/vm-data.ts';
import { makeUpFiles } from './made-up-kernel.ts';
import { readOrRefused } from './oracle.ts';

export const CPU_INFORMATION = Buffer.from('cpu family\t: 6\nmodel\t\t: 58\n');

/** Makes the description of what was read of a VM, on a machine that has none of its files; undefined where that is refused. */
export function describeVm(vm: VmData): VmDescription | undefined {
  makeUpFiles({ '/proc/cpuinfo': CPU_INFORMATION });
  return readOrRefused(() => {
    const { document } = assemble(vm, { kernels: '/var/lib/qubes/vm-kernels' });
    return checkVmDescription(document);
  });
}
