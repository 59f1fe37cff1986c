import { nodeOf } from '../../devices/plan/device-names.ts';
import { oneLine } from '../../words/printable.ts';
import { percentText, sizeText } from '../../words/sizes.ts';
import { timeText } from '../../words/times.ts';
import { remarksOn } from '../conclusions.ts';
import type { Image, Layer, Origin, Template, User } from '../overview.ts';
import { diskName, domainName, folderOf, imageText, kernelName, userText, vmName } from '../text/names.ts';
import { isGone, type Role, roleOfLayer } from './palette.ts';

/** One box of the picture, before it has a place. */
export interface Box {
  id: string;
  role: Role;
  /** In bold; shortened when it is drawn. */
  title: string;
  /** Small lines under it. */
  lines: string[];
  /** What is wrong with it. */
  remark: string;
  /** All there is to know, shown when one points at it. */
  details: string;
  /** How much of its store is used, from 0 to 1. */
  fill: number | undefined;
  unused: boolean;
}

export interface Edge {
  from: string;
  to: string;
}

/** What is drawn of one template. */
export interface Boxes {
  boxes: Box[];
  edges: Edge[];
}

export function boxesOf(template: Template): Boxes {
  const { base, size, derived, origin, versions } = template;
  const from = derived === undefined ? '' : `from ${oneLine(derived.from)}`;
  const drawing: Boxes = { boxes: [], edges: [] };
  drawing.boxes.push({
    id: 'base',
    role: 'image',
    title: imageText(base, folderOf(base)),
    lines: lines(size === undefined ? '' : sizeText(size), [place(base), from].filter(Boolean).join(' · ')),
    remark: isGone(base) ? base.place : '',
    details: details(
      imageText(base),
      placeInFull(base),
      derived === undefined ? '' : `derived ${from}, ${timeText(derived.made)}`,
    ),
    fill: undefined,
    unused: false,
  });
  if (origin !== undefined) addOrigin(drawing, origin);
  for (const version of versions) addLayer(drawing, version, 'base', folderOf(base), true);
  return drawing;
}

function addOrigin(drawing: Boxes, origin: Origin): void {
  const { name, device, state, suspended, users, unknownUsers, unused } = origin;
  const remark = suspended ? 'suspended' : state !== 'active' ? state : unused ? 'unused' : '';
  drawing.boxes.push({
    id: name,
    role: 'origin',
    title: 'origin',
    lines: lines('writes to the image', kernelName(device)),
    remark,
    details: details(nodeOf(name), `device ${device}`, remark),
    fill: undefined,
    unused,
  });
  drawing.edges.push({ from: 'base', to: name });
  addUsers(drawing, name, users, unknownUsers);
}

function addLayer(drawing: Boxes, layer: Layer, under: string, folder: string, first: boolean): void {
  const { name, device, cow, fill, users, unknownUsers, unused } = layer;
  const remark = [...remarksOn(layer).map(({ text }) => text), ...(unused ? ['unused'] : [])].join(', ');
  const usage =
    fill === undefined
      ? ''
      : `${sizeText(fill.used)} of ${sizeText(fill.all)} (${percentText(fill.used, fill.all)})`;
  drawing.boxes.push({
    id: name,
    role: roleOfLayer(layer, first),
    title: imageText(cow, folder),
    lines: lines(usage, [kernelName(device), place(cow)].filter(Boolean).join(' · ')),
    remark,
    details: details(imageText(cow), nodeOf(name), `device ${device}`, placeInFull(cow), usage, remark),
    fill: fill === undefined || fill.all === 0 ? undefined : fill.used / fill.all,
    unused,
  });
  drawing.edges.push({ from: under, to: name });
  for (const above of layer.layers) addLayer(drawing, above, name, folder, false);
  addUsers(drawing, name, users, unknownUsers);
}

/** Who uses what a box stands for, a box each. */
export function addUsers(drawing: Boxes, of: string, users: readonly User[], unknownUsers: number): void {
  const add = (title: string, line: string, gone: boolean, more = '') => {
    const id = `user ${drawing.boxes.length}`;
    const remark = gone ? 'gone' : '';
    const box = { id, role: 'user' as const, title, lines: lines(line), remark };
    drawing.boxes.push({
      ...box,
      details: details(title, line, more, remark),
      fill: undefined,
      unused: gone,
    });
    drawing.edges.push({ from: of, to: id });
  };
  for (const user of users)
    if (user.kind === 'vm') add(vmName(user), `domain ${user.domain} · ${diskName(user.disk)}`, user.gone);
    else if (user.kind === 'libvirt')
      add(domainName(user), `libvirt · ${user.target}`, false, `${user.driver}, uuid ${user.uuid}`);
    else add(user.kind === 'process' ? oneLine(user.name) : userText(user), whoIs(user), false);
  if (unknownUsers > 0)
    add(
      users.length > 0 ? `${unknownUsers} more` : 'somebody',
      'has it open, the kernel does not say who',
      false,
    );
}

function whoIs(user: Exclude<User, { kind: 'vm' | 'libvirt' }>): string {
  switch (user.kind) {
    case 'process':
      return `process ${user.pid}`;
    case 'mount':
      return 'a mounted filesystem';
    case 'device':
      return 'another device';
  }
}

function place({ loop, device }: Image): string {
  return loop === undefined ? (device ?? '') : loop.slice('/dev/'.length);
}

function placeInFull({ loop, device, allocated, key }: Image): string {
  return [
    ...(key === undefined ? [] : [`file ${key}`]),
    ...(loop === undefined ? [] : [loop]),
    ...(device === undefined ? [] : [device]),
    ...(allocated === undefined ? [] : [`takes ${sizeText(allocated)} on its filesystem`]),
  ].join(', ');
}

function lines(...candidates: string[]): string[] {
  return candidates.filter(line => line !== '');
}

function details(...parts: string[]): string {
  return parts.filter(part => part !== '').join('\n');
}
