import { nodeOf } from '../devices/plan/device-names.ts';
import { ownCow } from '../devices/plan/own-cow.ts';
import type { DeviceType, ReflinkType } from '../devices/request/device-types.ts';
import { type Layer, layersOf, type Overview, type Template, type User } from './overview.ts';

/**
 * The nodes of devices that nobody uses and that cleanup takes down: the uppermost ones, with which goes what only they used.
 * Not those of others, which it refuses, nor merges, which end with their revert.
 */
export function unusedNodes({ templates, clones }: Overview): UnusedNode[] {
  return [
    ...templates.flatMap(unusedOf),
    ...clones.filter(({ unused }) => unused).map(({ type, node }) => ({ type, node })),
  ];
}

export interface UnusedNode {
  type: DeviceType | ReflinkType;
  node: string;
}

function unusedOf({ origin, versions }: Template): UnusedNode[] {
  return [
    ...(origin?.unused && origin.state !== 'foreign'
      ? [{ type: 'origin' as const, node: nodeOf(origin.name) }]
      : []),
    ...[...layersOf(versions)]
      .filter(layer => layer.unused && layer.state !== 'foreign' && !isMerge(layer))
      .map(layer => ({ type: 'snapshot' as const, node: nodeOf(layer.name) })),
  ];
}

/** A store that had no room for all old blocks, and who has lost a disk with it. */
export interface LostStore {
  layer: Layer;
  template: Template;
  users: User[];
  /** The image of the template whose run has to be ended before a VM can start; undefined where that would not help now. */
  toCommit: string | undefined;
}

export function lostStores({ templates }: Overview): LostStore[] {
  return templates.flatMap(template =>
    [...layersOf(template.versions)]
      .filter(({ state }) => state === 'invalid' || state === 'overflow')
      .map(layer => {
        const { path = '' } = template.base;
        const own = template.versions.includes(layer) && layer.outdated === false;
        const isTemplates = own && layer.cow.path !== undefined && layer.cow.path === ownCow(path);
        return {
          layer,
          template,
          users: [...layersOf([layer])].flatMap(({ users }) => users),
          toCommit: isTemplates && template.origin === undefined ? path : undefined,
        };
      }),
  );
}

/** The images of templates that a revert has left half-way: what merges goes only by its end, or by giving it up. */
export function halfReverted({ templates }: Overview): string[] {
  return templates.flatMap(({ base, versions }) =>
    base.path !== undefined && versions.some(isMerge) ? [base.path] : [],
  );
}

function isMerge({ state, merge }: Layer): boolean {
  return merge || state === 'merging' || state === 'merge failed';
}

/** What is to be said of a layer, the gravest first; nothing for one that is as it should be. */
export function remarksOn(layer: Layer): Remark[] {
  const remarks: Remark[] = [];
  if (layer.state === 'invalid' || layer.state === 'overflow' || layer.state === 'merge failed')
    remarks.push({ kind: 'broken', text: layer.state });
  else if (layer.onBroken) remarks.push({ kind: 'broken', text: 'on an invalid layer' });
  else if (layer.state !== 'active') remarks.push({ kind: 'odd', text: layer.state });
  if (layer.suspended) remarks.push({ kind: 'odd', text: 'suspended' });
  if (layer.outdated) remarks.push({ kind: 'outdated', text: 'outdated' });
  return remarks;
}

export interface Remark {
  /** broken: its blocks are lost; outdated: a newer version was committed; odd: worth a look. */
  kind: 'broken' | 'outdated' | 'odd';
  text: string;
}
