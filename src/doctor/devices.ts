import { halfReverted, unusedNodes } from '../overview/conclusions.ts';
import type { Image, Layer, Origin, Template } from '../overview/overview.ts';
import { type Finding, foundOnly, type Seen } from './finding.ts';
import { image, node, path, said, users } from './said.ts';

/** One device, and where it lies. */
interface Device {
  type: 'origin' | 'snapshot';
  device: Origin | Layer;
  template: Template;
  /** The cows that it is made with, in their order. */
  cows: readonly Image[];
}

/** What is wrong with devices of ours, one by one. */
export function deviceFindings({ overview }: Seen): Finding[] {
  const unused = new Set(unusedNodes(overview).map(found => found.node));
  const devices = overview.templates.flatMap(devicesOf);
  return devices.flatMap(device => findingsOf(device, unused));
}

function devicesOf(template: Template): Device[] {
  const { origin, versions } = template;
  const present = versions.find(({ outdated }) => outdated === false);
  const snapshots = layersWith(versions, []).map(found => ({
    type: 'snapshot' as const,
    template,
    ...found,
  }));
  if (origin === undefined) return snapshots;
  return [{ type: 'origin', device: origin, template, cows: present ? [present.cow] : [] }, ...snapshots];
}

/** All layers, each with the cows from the base up to it. */
function layersWith(layers: readonly Layer[], under: readonly Image[]): { device: Layer; cows: Image[] }[] {
  return layers.flatMap(device => {
    const cows = [...under, device.cow];
    return [{ device, cows }, ...layersWith(device.layers, cows)];
  });
}

function findingsOf(found: Device, unused: ReadonlySet<string>): Finding[] {
  const { type, device, template } = found;
  const { name, state, suspended, users: own } = device;
  const place = node(name);
  const cleanup = ['block-snapshot', 'cleanup', type, place];
  if (state === 'unfinished')
    return [
      {
        kind: 'unfinished-device',
        found: said`${place} of ${image(template.base)} has no table`,
        mend: [cleanup],
        safe: true,
      },
    ];
  if (state === 'foreign')
    return [
      {
        kind: 'foreign-device',
        found: said`${place} is something that we do not make; used by ${users(own)}`,
        mend: [['dmsetup', 'remove', name]],
        safe: false,
      },
    ];
  if (state === 'merge failed')
    return [foundOnly('merge-failed', said`${place} of ${image(template.base)} could not be merged`)];
  const findings: Finding[] = [];
  if (suspended) findings.push(suspendedFinding(found));
  if (unused.has(place)) {
    const gone = own.some(user => user.kind === 'vm' && user.gone);
    findings.push({
      kind: gone ? 'gone-vm' : 'unused-device',
      found: said`${place} of ${image(template.base)} is used by ${gone ? users(own) : 'nobody'}`,
      mend: [cleanup],
      safe: gone,
    });
  }
  return findings;
}

/**
 * What is prepared again goes on, with what udev has to be told of it: dmsetup would have udev look into it. That is left only
 * where the files are not there any more by their names.
 */
function suspendedFinding({ type, device, template, cows }: Device): Finding {
  const images = [template.base, ...cows];
  const paths = images.flatMap(({ place, path: own }) => (place === 'present' ? (own ?? []) : []));
  const known = paths.length === images.length && cows.length > 0;
  return {
    kind: 'suspended-device',
    found: said`${node(device.name)} of ${image(template.base)} stands still; used by ${users(device.users)}`,
    mend: [
      known ? ['block-snapshot', 'prepare', type, path(paths.join(':'))] : ['dmsetup', 'resume', device.name],
    ],
    safe: known,
  };
}

/** Reverts that are half-way, of templates whose devices show it. */
export function mergeFindings({ overview }: Seen): Finding[] {
  return halfReverted(overview).map(halfRevertedFinding);
}

/** @param template the path of its image */
export function halfRevertedFinding(template: string): Finding {
  return {
    kind: 'half-reverted',
    found: said`${path(template)} is half-way back to an earlier version`,
    mend: [['block-snapshot', 'revert', '--yes', path(template)]],
    safe: false,
  };
}
