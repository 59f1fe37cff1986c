// How a disk of a VM, or a template's run, is asked for and given back: each of the four ways.
import { readlinkSync, rmSync, statSync } from 'node:fs';
import { deleteBackend, disk, makeBackend, pathOf, readBackend } from '../../kernel/guest/hotplug/disks.ts';
import { domain as domainOf, linkOf } from '../../kernel/guest/hotplug/hook.ts';
import { statKey } from '../../kernel/guest/images.ts';
import type { Run, Way } from '../model/host.ts';
import type { Call } from '../real/calls.ts';
import { type Deed, deed, type Plan } from './plan.ts';

export type DeviceType = Run['type'];

/** What is asked for. */
export interface Wanted {
  type: DeviceType;
  /** BASE:COW… */
  images: string;
  /** The number of the domain that it is for. */
  domain: number;
}

/** The parts of a plan that say how. */
export type Means = Pick<Plan, 'before' | 'call' | 'after' | 'prints' | 'mend'>;

export const WAYS: readonly Way[] = ['hand', 'xen', 'libvirt', 'qubesd'];

const isClone = (type: DeviceType) => type.startsWith('reflink');
/** qubesd's pair knows snapshots alone. */
export const wayFor = (way: Way, type: DeviceType): Way => (way === 'qubesd' && isClone(type) ? 'hand' : way);

/** The name that a device of snapshots has, which others compute, too. */
export function nameOf(type: DeviceType, images: string): string {
  const keys = images.split(':').map(statKey);
  return type === 'origin' ? `origin-${keys[0]}` : `snapshot-${keys.join('-')}`;
}

export function startBy(way: Way, wanted: Wanted): Means {
  const { type, images } = wanted;
  switch (way) {
    case 'hand':
      return {
        call: () => block('prepare', type, images),
        prints: /^\/dev\/(mapper\/(snapshot|origin)-|loop)\S+\n$/,
      };
    case 'qubesd':
      return {
        call: () => ({
          program: 'create-snapshot',
          parameters: [nameOf(type, images), ...images.split(':')],
        }),
      };
    case 'xen':
      return {
        before: [backend(wanted)],
        call: () => script(wanted, 'add'),
        // libxl takes down what it could not attach.
        mend: {
          steps: () => [script(wanted, 'remove'), noBackend(wanted), backend(wanted), script(wanted, 'add')],
        },
      };
    case 'libvirt':
      return {
        call: () => hook(wanted, 'prepare begin'),
        mend: { steps: () => [hook(wanted, 'release end'), hook(wanted, 'prepare begin')] },
      };
  }
  throw new Error(`no way ${way}`);
}

export function stopBy({ way, node, domain, type }: Run): Means {
  const wanted = { type, images: '', domain };
  switch (way) {
    case 'hand':
      return { call: () => block('cleanup', type, node) };
    case 'qubesd':
      return {
        call: () => ({ program: 'destroy-snapshot', parameters: [node] }),
        mend: { isOver: / is not a block device: it is gone already, or never was\n$/ },
      };
    case 'xen':
      return { call: () => script(wanted, 'remove'), after: [noBackend(wanted)] };
    case 'libvirt':
      return { call: () => hook(wanted, 'release end') };
  }
  throw new Error(`no way ${way}`);
}

/** The node that a start has given, as its way tells it. */
export function nodeBy(way: Way, wanted: Wanted, stdout: string): string {
  switch (way) {
    case 'hand':
      return stdout.trimEnd();
    case 'qubesd':
      return `/dev/mapper/${nameOf(wanted.type, wanted.images)}`;
    case 'xen':
      return readBackend(diskOf(wanted), 'physical-device-path') ?? 'no node';
    case 'libvirt':
      return readlinkSync(libvirtLink(wanted.domain));
  }
  throw new Error(`no way ${way}`);
}

export function block(...parameters: string[]): Call {
  return { program: 'block-snapshot', parameters };
}

const diskOf = ({ domain, type }: Wanted) => disk(domain, type);

function script(wanted: Wanted, command: 'add' | 'remove'): Call {
  return {
    program: `block-${wanted.type}`,
    parameters: [command],
    environment: { XENBUS_PATH: pathOf(diskOf(wanted)) },
  };
}

function backend(wanted: Wanted): Deed {
  const path = pathOf(diskOf(wanted));
  return {
    ...deed(`xenstore-write ${path}/params ${wanted.images} ${path}/mode w ${path}/state 2`, () =>
      makeBackend(diskOf(wanted), wanted.images),
    ),
    undo: noBackend(wanted),
  };
}

function noBackend(wanted: Wanted): Deed {
  return deed(`xenstore-rm ${pathOf(diskOf(wanted))}`, () => deleteBackend(diskOf(wanted)));
}

const NAMESPACE = 'urn:block-snapshot:devices:1';
const guestOf = (domain: number) => domainOf(`guest${domain}`, domain);

/** The link that libvirt finds the device of a domain by. */
export const libvirtLink = (domain: number) => linkOf(guestOf(domain));

function hook({ type, images, domain }: Wanted, operation: string): Call {
  const guest = guestOf(domain);
  return {
    program: 'block-snapshot-libxl',
    parameters: [guest.name, ...operation.split(' '), '-'],
    input: `<domain type='xen'>
  <name>${guest.name}</name>
  <uuid>${guest.uuid}</uuid>
  <metadata><b:devices xmlns:b="${NAMESPACE}"><b:device target="xvda" type="${type}" images="${images}"/></b:devices></metadata>
  <devices><disk><source dev='${linkOf(guest)}'/><target dev='xvda'/></disk></devices>
</domain>`,
  };
}

/** Removes a file, and makes none of its name where there is none. */
export function removal(path: string): Deed {
  return deed(`rm -f ${path}`, () => rmSync(path, { force: true }));
}

/** Whether a path leads to a file. */
export function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The keys of the records of a disk that is attached; undefined where its way keeps none. */
export function recordOf({ way, domain }: Run): string | undefined {
  if (way === 'xen') return pathOf(disk(domain)).replaceAll('/', '-');
  if (way === 'libvirt') return `libvirt-libxl-${guestOf(domain).uuid}-xvda`;
  return undefined;
}
