import type { Image, Layer } from '../overview.ts';
import { isBroken } from '../overview.ts';

/** What a box stands for; each has its colours, which the legend explains. */
export type Role = 'image' | 'origin' | 'shared' | 'own' | 'outdated' | 'broken' | 'user';

export interface Colouring {
  fill: string;
  stroke: string;
  /** Of the part of a store that is used, and of remarks. */
  strong: string;
}

/** Dark on light, each also told apart by its words: colours are never the only sign. */
export const PALETTE: Readonly<Record<Role, Colouring>> = {
  image: { fill: '#f1f5f9', stroke: '#64748b', strong: '#334155' },
  origin: { fill: '#dbeafe', stroke: '#2563eb', strong: '#1d4ed8' },
  shared: { fill: '#dcfce7', stroke: '#16a34a', strong: '#15803d' },
  own: { fill: '#ede9fe', stroke: '#7c3aed', strong: '#6d28d9' },
  outdated: { fill: '#ffedd5', stroke: '#ea580c', strong: '#c2410c' },
  broken: { fill: '#fee2e2', stroke: '#dc2626', strong: '#b91c1c' },
  user: { fill: '#ffffff', stroke: '#1e293b', strong: '#0f172a' },
};

export const LEGEND: readonly { role: Role; text: string; unused?: true }[] = [
  { role: 'image', text: "a template's image" },
  { role: 'origin', text: 'origin: the template runs' },
  { role: 'shared', text: 'version, shared' },
  { role: 'own', text: "a VM's own layer" },
  { role: 'outdated', text: 'outdated' },
  { role: 'broken', text: 'invalid: blocks lost' },
  { role: 'user', text: 'VM or process' },
  { role: 'image', text: 'nobody uses it', unused: true },
];

export function roleOfLayer(layer: Layer, first: boolean): Role {
  if (isBroken(layer.state) || layer.onBroken) return 'broken';
  if (layer.outdated) return 'outdated';
  return first ? 'shared' : 'own';
}

export function isGone(image: Image): boolean {
  return image.place === 'deleted' || image.place === 'replaced';
}
