// /proc/self/mountinfo: mount points and sources are what somebody has chosen.
import '../made-up-host.ts';
import { asksSomebody, mountsOnTheWay, parseMounts } from '../../../src/devices/plan/mount-table.ts';
import { must } from '../oracle.ts';
import { textOf } from '../pieces.ts';

export function fuzz(data: Uint8Array): void {
  const text = textOf(data);
  const mounts = parseMounts(text);
  must(mounts.length <= text.split('\n').length, 'a line is one mount at most');
  const { last, before } = mountsOnTheWay(mounts, '/var/lib/qubes/vm-templates/a template/root.img');
  must(new Set(last.map(({ point }) => point)).size <= 1, 'the deepest mounts on a way lie on one point');
  must(last.length + before.length <= mounts.length, 'a mount is on the way once');
  for (const { type } of mounts) asksSomebody(type);
}
