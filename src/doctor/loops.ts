import { readQuietly } from '../overview/kernel/attached-loops.ts';
import type { SpareLoop } from '../overview/overview.ts';
import { lowerDevices } from '../overview/references.ts';
import { type Finding, foundOnly, type Seen } from './finding.ts';
import { image, path, said, users } from './said.ts';

/** Loop devices that carry nothing, that are second ones on an image in use, or whose files do not answer. */
export function loopFindings({ facts, overview }: Seen): Finding[] {
  const lower = new Set(facts.devices.flatMap(lowerDevices));
  const carrying = new Set(facts.loops.filter(({ device }) => lower.has(device)).map(({ key }) => key));
  return [
    ...overview.loops.flatMap(loop => spareFinding(loop, carrying.has(loop.file.key))),
    ...facts.loops
      .filter(({ key }) => key === undefined)
      .map(({ node, file }) =>
        foundOnly('silent-loop', said`${node} on ${path(file.path ?? 'a file whose path is not known')}`),
      ),
  ];
}

function spareFinding({ node, file, users: own, unused }: SpareLoop, carriedElsewhere: boolean): Finding[] {
  // Whether its file answers is another question, and nothing is known of who needs it.
  if (file.key === undefined) return [];
  const mend = unused ? [['losetup', '-d', node]] : [];
  if (carriedElsewhere && isWritable(node))
    return [
      {
        kind: 'image-attached-twice',
        found: said`${node} is a second loop device on ${image(file)}; used by ${users(own)}`,
        mend,
        safe: false,
      },
    ];
  if (!unused) return [];
  return [{ kind: 'spare-loop', found: said`${node} on ${image(file)}`, mend, safe: false }];
}

function isWritable(node: string): boolean {
  return readQuietly(`/sys/block/${node.slice('/dev/'.length)}/ro`)?.trim() !== '1';
}
