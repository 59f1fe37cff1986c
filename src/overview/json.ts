import { nodeOf } from '../devices/plan/device-names.ts';
import { nodeNamed } from '../libvirt/claimed-disks.ts';
import { jsonAnswer } from '../words/json-answer.ts';
import { lostStores, unusedNodes } from './conclusions.ts';
import type { Image, Layer, Origin, Overview, StaleRecord, User } from './overview.ts';

/** The version of the form below: it grows with every change that could break a program. docs/list.md describes it. */
export const JSON_VERSION = 1;

/** The overview for programs: every field is always there, null where nothing is known. */
export function overviewJson(overview: Overview): string {
  const { templates, loops, staleRecords } = overview;
  const document = {
    version: JSON_VERSION,
    templates: templates.map(({ base, size, derived, origin, versions }) => ({
      image: imageJson(base),
      size: size,
      derivedFrom: derived && { path: derived.from, time: new Date(derived.made).toISOString() },
      origin: origin && originJson(origin),
      versions: versions.map(layerJson),
    })),
    clones: overview.clones.map(({ node, device, type, file, image, source, outdated, users, unused }) => ({
      node,
      device,
      type,
      image,
      file: imageJson(file),
      source,
      outdated,
      users: users.map(userJson),
      unused,
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
      cow: layer.cow.path,
      users: users.map(userJson),
      toCommit: toCommit,
    })),
    filesystems: overview.filesystems.map(({ point, size, available, unwritten, fits }) => ({
      path: point,
      size,
      available,
      unwritten,
      fits,
    })),
  };
  return jsonAnswer(document);
}

function imageJson({ path, place, key, size, allocated, loop, device }: Image) {
  return {
    path: path,
    place,
    key: key,
    size: size,
    allocated: allocated,
    loop: loop,
    device: device,
  };
}

function originJson({ name, device, state, suspended, size, users, unknownUsers, unused }: Origin) {
  return {
    node: nodeOf(name),
    device,
    state,
    suspended,
    size: size,
    users: users.map(userJson),
    unknownUsers,
    unused,
  };
}

interface LayerJson {
  node: string;
  outdated: boolean | undefined;
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
    outdated: layer.outdated,
    size: layer.size,
    cow: imageJson(layer.cow),
    used: layer.fill?.used,
    capacity: layer.fill?.all,
    metadata: layer.fill?.metadata,
    users: layer.users.map(userJson),
    unknownUsers: layer.unknownUsers,
    unused: layer.unused,
    layers: layer.layers.map(layerJson),
  };
}

function userJson(user: User) {
  return user.kind === 'vm' || user.kind === 'libvirt' ? { ...user, name: user.name } : user;
}

function staleRecordJson({ record, user, device }: StaleRecord) {
  const [vm, domain] = user.kind === 'vm' ? [user, undefined] : [undefined, user];
  return {
    record,
    domain: vm?.domain,
    name: user.name,
    disk: vm?.disk,
    driver: domain?.driver,
    uuid: domain?.uuid,
    target: domain?.target,
    node: nodeNamed(device),
  };
}
