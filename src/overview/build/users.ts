import type { DeviceNumber } from '../../devices/plan/device-number.ts';
import type { ClaimedDisk } from '../../libvirt/claimed-disks.ts';
import type { CloneDevice, Facts, MappedDevice, VmDisk } from '../facts.ts';
import type { LibvirtUser, StaleRecord, User, VmUser } from '../overview.ts';
import { countReferences, countServed, groupBy } from '../references.ts';

/** Who uses a device, as far as it is known, and how many more there are. */
export interface Usage {
  users: User[];
  unknownUsers: number;
  /** Nobody has it open, and no VM that is there claims it. */
  unused: boolean;
}

export interface UserFinder {
  ofDevice(device: MappedDevice): Usage;
  /** Of the loop device of a disk that is a clone: how often it is open is not known. */
  ofClone(clone: CloneDevice): Omit<Usage, 'unknownUsers'>;
  /** Of a block device that is none of ours: how often it is open is not known. */
  ofNumber(device: DeviceNumber): User[];
  staleRecords(): StaleRecord[];
}

export function userFinder(facts: Facts): UserFinder {
  const { devices, disks, claimed, clones, openers, domainNames } = facts;
  const references = countReferences(devices);
  const served = countServed(disks);
  const disksByName = groupBy(disks, disk => disk.name);
  const disksByNumber = groupBy(disks, disk => disk.device);
  const claimedByName = groupBy(claimed, disk => disk.name);
  const openersByNumber = groupBy(openers, opener => opener.device);
  const vmOf = (disk: VmDisk): VmUser => ({
    kind: 'vm',
    domain: disk.domain,
    name: domainNames.get(disk.domain),
    gone: domainNames.has(disk.domain) && domainNames.get(disk.domain) === undefined,
    disk: disk.disk,
    connected: disk.connected,
    recorded: disk.recorded,
  });
  const processes = (device: DeviceNumber): User[] => {
    const openersHere = openersByNumber.get(device);
    if (openersHere === undefined) return [];
    const once = new Map<string, User>();
    for (const opener of openersHere) {
      const { device: _, ...user } = opener;
      once.set(user.kind === 'process' ? `process ${user.pid}` : JSON.stringify(user), user);
    }
    return [...once.values()];
  };
  /** By name, or of a loop device by its node, and by number. */
  const owners = (name: string, device: DeviceNumber) => {
    const recorded = disksByName.get(name) ?? [];
    const vms = mergeDisks([...recorded, ...(disksByNumber.get(device) ?? [])]).map(vmOf);
    return { vms, domains: (claimedByName.get(name) ?? []).map(libvirtUserOf).filter(isNoneOf(vms)) };
  };
  return {
    ofDevice: ({ name, device, openCount }) => {
      const { vms, domains } = owners(name, device);
      const known =
        (references.get(device) ?? 0) +
        (served.get(device) ?? 0) +
        (openersByNumber.get(device)?.length ?? 0);
      return {
        users: [...vms, ...domains, ...processes(device)],
        unknownUsers: Math.max(0, openCount - known),
        unused: openCount === 0 && vms.every(vm => vm.gone) && domains.length === 0,
      };
    },
    ofClone: ({ loop: { node, device } }) => {
      const { vms, domains } = owners(node, device);
      const others = processes(device);
      return {
        users: [...vms, ...domains, ...others],
        unused: vms.every(vm => vm.gone) && domains.length === 0 && others.length === 0,
      };
    },
    ofNumber: device => [...(disksByNumber.get(device) ?? []).map(vmOf), ...processes(device)],
    staleRecords: () => {
      const names = new Set([...devices.map(({ name }) => name), ...clones.map(({ loop }) => loop.node)]);
      const ofVms = disks.flatMap(disk =>
        disk.record === undefined || disk.name === undefined || names.has(disk.name)
          ? []
          : { record: disk.record, user: { ...vmOf(disk), gone: false }, device: disk.name },
      );
      const ofDomains = claimed
        .filter(({ name }) => !names.has(name))
        .map(disk => ({ record: disk.record, user: libvirtUserOf(disk), device: disk.name }));
      return [...ofVms, ...ofDomains];
    },
  };
}

function libvirtUserOf({ driver, uuid, domain, target }: ClaimedDisk): LibvirtUser {
  return { kind: 'libvirt', driver, uuid, name: domain, target };
}

/** A domain of libvirt's driver for Xen is a VM of Xen's: where that is seen on the device, it is one user. */
function isNoneOf(vms: readonly VmUser[]): (user: LibvirtUser) => boolean {
  return ({ driver, name }) =>
    driver !== 'libxl' || name === undefined || vms.every(vm => vm.gone || vm.name !== name);
}

/** A disk that both the record and the kernel tell of is one. */
function mergeDisks(disks: readonly VmDisk[]): readonly VmDisk[] {
  if (disks.length < 2) return disks;
  const merged = new Map<string, VmDisk>();
  for (const disk of disks) {
    const id = `${disk.domain} ${disk.disk}`;
    const other = merged.get(id);
    merged.set(
      id,
      other === undefined
        ? disk
        : {
            ...other,
            recorded: other.recorded || disk.recorded,
            connected: other.connected || disk.connected,
          },
    );
  }
  return [...merged.values()].sort((a, b) => a.domain - b.domain || a.disk - b.disk);
}
