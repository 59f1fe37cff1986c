import type { ImageKey } from '../devices/plan/image-key.ts';
import { type Layer, layersOf, type Overview, type Template } from './overview.ts';

/** By what templates, and the layers of each, can be put in order. */
export const ORDERS = ['name', 'size', 'used', 'users'] as const;
export type Order = (typeof ORDERS)[number];

/** The overview of one template alone: what belongs to none is left out. */
export function ofTemplate(overview: Overview, key: ImageKey): Overview {
  const templates = overview.templates.filter(({ base }) => base.key === key);
  return { ...overview, templates, clones: [], loops: [], staleRecords: [] };
}

/** The same in another order, at each level of the tree: names as they are written, of all else the most first. */
export function sorted(overview: Overview, order: Order): Overview {
  const templates = overview.templates.map(template => ({
    ...template,
    versions: sortedLayers(template.versions, order),
  }));
  return {
    ...overview,
    templates: inOrder(templates, order, ({ base }) => base.path, templateMeasure[order]),
  };
}

function sortedLayers(layers: readonly Layer[], order: Order): Layer[] {
  const below = layers.map(layer => ({ ...layer, layers: sortedLayers(layer.layers, order) }));
  return inOrder(below, order, ({ cow }) => cow.path, layerMeasure[order]);
}

type Measure<Item> = (item: Item) => number;

const layerMeasure: Readonly<Record<Order, Measure<Layer>>> = {
  name: () => 0,
  size: ({ size }) => size ?? 0,
  used: ({ fill }) => fill?.used ?? 0,
  users: layer =>
    [...layersOf([layer])].reduce((sum, { users, unknownUsers }) => sum + users.length + unknownUsers, 0),
};

const templateMeasure: Readonly<Record<Order, Measure<Template>>> = {
  name: () => 0,
  size: ({ size }) => size ?? 0,
  used: ({ versions }) => [...layersOf(versions)].reduce((sum, layer) => sum + layerMeasure.used(layer), 0),
  users: ({ versions }) => versions.reduce((sum, layer) => sum + layerMeasure.users(layer), 0),
};

function inOrder<Item>(
  items: readonly Item[],
  order: Order,
  nameOf: (item: Item) => string | undefined,
  measure: Measure<Item>,
): Item[] {
  const byName = (a: Item, b: Item) => ((nameOf(a) ?? '') < (nameOf(b) ?? '') ? -1 : 1);
  return [...items].sort((a, b) =>
    order === 'name' ? byName(a, b) : measure(b) - measure(a) || byName(a, b),
  );
}
