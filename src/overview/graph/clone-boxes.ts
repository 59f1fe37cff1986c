import { oneLine } from '../../words/printable.ts';
import type { Clone } from '../overview.ts';
import { imageText } from '../text/names.ts';
import { addUsers, type Boxes } from './boxes.ts';
import type { Role } from './palette.ts';

/** What is drawn of the disks that are clones of one image: each lies on it, though it shares no more than blocks with it. */
export function boxesOfClones(source: string, clones: readonly Clone[]): Boxes {
  const drawing: Boxes = { boxes: [], edges: [] };
  drawing.boxes.push({
    id: 'base',
    role: 'image',
    title: oneLine(source.slice(source.lastIndexOf('/') + 1)),
    lines: ['cloned'],
    remark: '',
    details: oneLine(source),
    fill: undefined,
    unused: false,
  });
  for (const clone of clones) addClone(drawing, clone);
  return drawing;
}

function addClone(drawing: Boxes, { node, file, type, outdated, users, unused }: Clone): void {
  const remark = outdated ? 'outdated' : unused ? 'unused' : '';
  drawing.boxes.push({
    id: node,
    role: roleOf(type, outdated),
    title: imageText(file),
    lines: [node.slice('/dev/'.length), type === 'reflink-origin' ? 'a run' : 'a clone'],
    remark,
    details: [imageText(file), node, remark].filter(part => part !== '').join('\n'),
    fill: undefined,
    unused,
  });
  drawing.edges.push({ from: 'base', to: node });
  addUsers(drawing, node, users, 0);
}

function roleOf(type: Clone['type'], outdated: boolean | undefined): Role {
  if (type === 'reflink-origin') return 'origin';
  return outdated ? 'outdated' : 'own';
}
