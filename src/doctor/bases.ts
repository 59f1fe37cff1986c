import { blockDevicePath } from '../devices/kernel/open-descriptor.ts';
import { type Finding, foundOnly, type Seen } from './finding.ts';
import { askProcess } from './other-process.ts';
import { image, said } from './said.ts';

/** How long all bases together may take to give one block each; milliseconds. */
const PATIENCE = 2000;

/** Whether each base that VMs lie on answers: one block is read of each, past the page cache of its device, all at once. */
export async function baseFindings({ overview }: Seen): Promise<Finding[]> {
  const asked = overview.templates.map(async ({ base }): Promise<Finding[]> => {
    const node = base.device === undefined ? undefined : blockDevicePath(base.device);
    if (node === undefined) return [];
    const block = [`if=${node}`, 'of=/dev/null', 'bs=4096', 'count=1', 'iflag=direct'];
    const answer = await askProcess('dd', block, PATIENCE);
    if (answer === 'silent')
      return [
        foundOnly('silent-base', said`${image(base)} (${node}) gave no block within ${PATIENCE / 1000} s`),
      ];
    return answer.status === 0 ? [] : [foundOnly('unreadable-base', said`${image(base)} (${node})`)];
  });
  return (await Promise.all(asked)).flat();
}
