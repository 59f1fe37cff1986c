// A qubes.xml, which may be of a backup, or half of one.
import '../made-up-host.ts';
import { readVmFromQubesXml } from '../../../src/domain-xml/qubes-xml/read-vm.ts';
import { CPU_INFORMATION, describeVm } from '../described.ts';
import { makeUpFiles } from '../made-up-kernel.ts';
import { eventuallyReadOrRefused, must } from '../oracle.ts';

const FILE = '/var/lib/qubes/qubes.xml';

export async function fuzz(data: Uint8Array): Promise<void> {
  makeUpFiles({ [FILE]: data, '/proc/cpuinfo': CPU_INFORMATION });
  const vm = await eventuallyReadOrRefused(() =>
    readVmFromQubesXml({
      name: 'work',
      file: FILE,
      release: '4.3',
      kernelsFolder: '/var/lib/qubes/vm-kernels',
      hostMemory: 16_384,
    }),
  );
  if (vm === undefined) return;
  must(vm.name === 'work', 'a VM is the one that was asked for');
  describeVm(vm);
}
