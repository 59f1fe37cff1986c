import { nodeOf } from '../devices/plan/device-names.ts';
import { lostStores, unusedNodes } from './conclusions.ts';
import type { Image, Layer, Origin, Overview, StaleRecord, User } from './overview.ts';

/** The version of the form below: it grows with every change that could break a program. docs/list.md describes it. */
export const JSON_VERSION = 1;

/** The overview for programs: every field is always there, null where nothing is known. */
export function overviewJson(overview: Overview): string {
  const { templates, loops, staleRecords } = overview;
  const document = {
    version: JSON_VERSION,
    templates: templates.map(({ base, size, origin, versions }) => ({
      image: imageJson(base),
      size: size ?? null,
      origin: origin === undefined ? null : originJson(origin),
      versions: versions.map(layerJson),
    })),
    loopDevices: loops.map(({ node, device, file, users, unused }) => ({
      node,
      device,
      file: imageJson(file),
      users: users.map(userJson),
      unused,
    })),
    staleRecords: staleRecords.map(staleRecordJson),
    unused: unusedNodes(overview).map(({ node }) => node),
    lost: lostStores(overview).map(({ layer, users, toCommit }) => ({
      node: nodeOf(layer.name),
      cow: layer.cow.path ?? null,
      users: users.map(userJson),
      toCommit: toCommit ?? null,
    })),
    filesystems: overview.filesystems.map(({ point, size, available, unwritten, fits }) => ({
      path: point,
      size,
      available,
      unwritten,
      fits,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function imageJson({ path, place, key, size, allocated, loop, device }: Image) {
  return {
    path: path ?? null,
    place,
    key: key ?? null,
    size: size ?? null,
    allocated: allocated ?? null,
    loop: loop ?? null,
    device: device ?? null,
  };
}

function originJson({ name, device, state, suspended, size, users, unknownUsers, unused }: Origin) {
  return {
    node: nodeOf(name),
    device,
    state,
    suspended,
    size: size ?? null,
    users: users.map(userJson),
    unknownUsers,
    unused,
  };
}

interface LayerJson {
  node: string;
  outdated: boolean | null;
  layers: LayerJson[];
  [field: string]: unknown;
}

function layerJson(layer: Layer): LayerJson {
  return {
    node: nodeOf(layer.name),
    device: layer.device,
    state: layer.state,
    onBroken: layer.onBroken,
    suspended: layer.suspended,
    outdated: layer.outdated ?? null,
    size: layer.size ?? null,
    cow: imageJson(layer.cow),
    used: layer.fill?.used ?? null,
    capacity: layer.fill?.all ?? null,
    metadata: layer.fill?.metadata ?? null,
    users: layer.users.map(userJson),
    unknownUsers: layer.unknownUsers,
    unused: layer.unused,
    layers: layer.layers.map(layerJson),
  };
}

function userJson(user: User) {
  return user.kind === 'vm' || user.kind === 'libvirt' ? { ...user, name: user.name ?? null } : user;
}

function staleRecordJson({ record, user, device }: StaleRecord) {
  const [vm, domain] = user.kind === 'vm' ? [user, undefined] : [undefined, user];
  return {
    record,
    domain: vm?.domain ?? null,
    name: user.name ?? null,
    disk: vm?.disk ?? null,
    driver: domain?.driver ?? null,
    uuid: domain?.uuid ?? null,
    target: domain?.target ?? null,
    node: nodeOf(device),
  };
}
