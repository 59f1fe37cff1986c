// What VMs and templates write, at random places.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { BLOCK, type Blocks, bytesOf } from '../model/blocks.ts';
import { type Host, nextNumber, templateNamed, vmNamed } from '../model/host.ts';
import { deed, type Plan } from './plan.ts';
import { chosen } from './vms.ts';

export interface WritePicks {
  /** Of all that run. */
  disk: number;
  place: number;
  blocks: number;
  /** Zeros, as people write them for a trim to give back. */
  zeros: boolean;
}

/** Something that runs writes to its disk, and waits until it is on disk. */
export function write(host: Host, picks: WritePicks): Plan | undefined {
  const templates = host.templates.filter(({ run }) => run !== undefined);
  const vms = host.vms.filter(({ run }) => run !== undefined);
  const disk = chosen([...templates, ...vms], picks.disk);
  if (disk?.run === undefined) return undefined;
  const isTemplate = 'present' in disk;
  const all = isTemplate ? disk.present : (disk.run as { blocks?: Blocks }).blocks;
  if (all === undefined) return undefined;
  const first = picks.place % all.length;
  const count = Math.min(picks.blocks, all.length - first);
  const blocks = new Uint32Array(count).fill(picks.zeros ? 0 : nextNumber(host));
  const { node } = disk.run;
  return {
    before: [deed(writeText(node, first, count, picks.zeros), () => writeBlocks(node, first, blocks))],
    settle: after => {
      if (isTemplate) {
        const template = templateNamed(after, disk.name);
        template.present.set(blocks, first);
        template.written = true;
      } else {
        const vm = vmNamed(after, disk.name);
        vm.run?.blocks.set(blocks, first);
        if (vm.run?.kind === 'snapshot' && vm.disk !== undefined) vm.disk.keeps = true;
      }
    },
  };
}

function writeText(node: string, first: number, count: number, zeros: boolean): string {
  return `dd if=/dev/${zeros ? 'zero' : 'urandom'} of=${node} bs=${BLOCK} seek=${first} count=${count} conv=notrunc,fsync status=none`;
}

/** Writes blocks, and waits until they are on disk. */
export function writeBlocks(path: string, first: number, blocks: Blocks): void {
  const bytes = bytesOf(blocks, first);
  const descriptor = openSync(path, 'r+');
  try {
    for (let done = 0; done < bytes.length; )
      done += writeSync(descriptor, bytes, done, bytes.length - done, first * BLOCK + done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
