import { MAPPER_FOLDER } from '../devices/plan/device-names.ts';
import { type Layer, layersOf, type Overview } from './overview.ts';

/** The nodes of devices that nobody uses: the uppermost ones, with which goes what only they used. */
export function unusedNodes({ templates }: Overview): { type: 'origin' | 'snapshot'; node: string }[] {
  return templates.flatMap(({ origin, versions }) => [
    ...(origin?.unused ? [{ type: 'origin' as const, node: MAPPER_FOLDER + origin.name }] : []),
    ...[...layersOf(versions)]
      .filter(layer => layer.unused)
      .map(layer => ({ type: 'snapshot' as const, node: MAPPER_FOLDER + layer.name })),
  ]);
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
