import { percentText, sizeText } from '../../words/sizes.ts';
import { type Remark, remarksOn } from '../conclusions.ts';
import { type Layer, layersOf, type Origin, type Template } from '../overview.ts';
import { folderOf, imageText, kernelName, usersText } from './names.ts';

/** One line of the tree, its cells still without colour. */
export interface Row {
  /** The branches of the tree before the name. */
  branches: string;
  name: string;
  size: string;
  used: string;
  percent: string;
  loop: string;
  device: string;
  state: string;
  users: string;
  kind: Remark['kind'] | 'template' | 'fine';
  /** It is there for nobody. */
  unused: boolean;
}

/** The lines of one template: the image, its origin, its versions and what lies on them. */
export function rowsOf(template: Template): Row[] {
  const { base, size, origin, versions } = template;
  const rows: Row[] = [
    {
      branches: '',
      name: imageText(base),
      size: size === undefined ? '' : sizeText(size),
      used: '',
      percent: '',
      loop: shortNode(base.loop),
      device: '',
      state: '',
      users: '',
      kind: 'template',
      unused: false,
    },
  ];
  if (origin !== undefined) rows.push(originRow(origin, versions.length === 0));
  for (const [index, version] of versions.entries())
    rows.push(...layerRows(version, '', index === versions.length - 1, template, origin !== undefined));
  return rows;
}

function originRow(origin: Origin, last: boolean): Row {
  const odd = [
    ...(origin.state === 'active' ? [] : [origin.state]),
    ...(origin.suspended ? ['suspended'] : []),
  ];
  return {
    branches: last ? '└─ ' : '├─ ',
    name: 'origin',
    size: origin.size === undefined ? '' : sizeText(origin.size),
    used: '',
    percent: '',
    loop: '',
    device: kernelName(origin.device),
    state: odd.length > 0 ? odd.join(', ') : 'running',
    users: origin.unused ? 'nobody' : usersText(origin),
    kind: odd.length > 0 ? 'odd' : 'fine',
    unused: origin.unused,
  };
}

function layerRows(layer: Layer, indent: string, last: boolean, template: Template, running: boolean): Row[] {
  const { cow, fill, size, layers } = layer;
  const remarks = remarksOn(layer);
  const first = indent === '';
  const states = remarks.map(({ text }) => text);
  if (first && states.length === 0 && layer.outdated === false) states.push('current');
  const inner = indent + (last ? '   ' : '│  ');
  return [
    {
      branches: indent + (last ? '└─ ' : '├─ '),
      name: imageText(cow, folderOf(template.base)),
      size: size === undefined ? '' : sizeText(size),
      used: fill === undefined ? '' : sizeText(fill.used),
      percent: fill === undefined ? '' : percentText(fill.used, fill.all),
      loop: shortNode(cow.loop),
      device: kernelName(layer.device),
      state: states.join(', '),
      users: layerUsers(layer, first && running),
      kind: remarks[0]?.kind ?? 'fine',
      unused: layer.unused,
    },
    ...layers.flatMap((above, index) =>
      layerRows(above, inner, index === layers.length - 1, template, running),
    ),
  ];
}

function layerUsers(layer: Layer, keepsOldBlocks: boolean): string {
  if (layer.unused) return layer.users.length > 0 ? `nobody: ${usersText(layer)}` : 'nobody';
  const above = [...layersOf(layer.layers)].length;
  const parts = [
    ...(above > 0 ? [`${above} ${above === 1 ? 'layer' : 'layers'}`] : []),
    ...(layer.users.length > 0 || layer.unknownUsers > 0 ? [usersText(layer)] : []),
  ];
  return parts.length === 0 && keepsOldBlocks ? 'the running template' : parts.join(', ');
}

function shortNode(node: string | undefined): string {
  return node === undefined ? '' : node.slice('/dev/'.length);
}
