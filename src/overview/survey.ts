import { allClaims, type Claim } from '../claims/claims.ts';
import { type LoopClaim, loopClaims } from '../claims/loop-claims.ts';
import { readDerivedLabel } from '../devices/kernel/derived-label-file.ts';
import type { DerivedLabel } from '../devices/plan/derived-label.ts';
import type { DeviceNumber } from '../devices/plan/device-number.ts';
import { type ImageKey, imageKey } from '../devices/plan/image-key.ts';
import { ownCow } from '../devices/plan/own-cow.ts';
import { type ClaimedDisk, claimedDisks, namesOfClaims } from '../libvirt/claimed-disks.ts';
import { readDomainLinks } from '../libvirt/domain-links.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import type { BlockNode, Facts, LoopDevice, MappedDevice, VmDisk } from './facts.ts';
import { fitTogether } from './fit-together.ts';
import { quietStatus, readAttachedLoops } from './kernel/attached-loops.ts';
import { readBlockNode } from './kernel/block-nodes.ts';
import { readClones } from './kernel/clones.ts';
import { readFilesystems } from './kernel/filesystems.ts';
import { readMappedDevices } from './kernel/mapped-devices.ts';
import { countReferences, countServed, lowerDevices, shownBelow } from './references.ts';
import { readDomainNames } from './users/domain-names.ts';
import { readOpeners } from './users/openers.ts';
import { readServedDisks, recordedClones, recordedDisks } from './users/vm-disks.ts';

/** What the warning begins with where records cannot be trusted, or are damaged. */
export const RECORDS_UNREAD = 'the records of disks do not count';

/** How often devices are read again when some of what they lie on has gone, or is another, meanwhile. */
const ATTEMPTS = 10;

/**
 * Looks at all there is. It takes no lock: what comes or goes meanwhile is seen or not, and holds up nothing.
 * @param warn told, in a line, what could not be found out
 * @throws Refusal when the kernel cannot be asked
 */
export function survey(warn: (message: string) => void): Facts {
  const { devices, loops, nodes } = readDevices();
  const lower = new Set(devices.flatMap(lowerDevices));
  const bases = pathsOf(loops, new Set(devices.flatMap(shownBelow)));
  const claims = attempt(allClaims, [], reason => warn(`${RECORDS_UNREAD}: ${reason}`));
  const cloneClaims = attempt(loopClaims, [], () => {
    // It was said of the other records.
  });
  const disks = [...recordedDisks(claims), ...recordedClones(cloneClaims), ...readServedDisks()];
  return {
    devices,
    loops,
    nodes,
    ownCows: readOwnCows(bases),
    derived: readDerived(bases),
    filesystems: readFilesystems(loops, lower),
    clones: readClones(loops, cloneClaims),
    disks,
    claimed: readClaimed(claims, cloneClaims, warn),
    domainNames: attempt(
      () => readDomainNames(disks.map(({ domain }) => domain)),
      new Map(),
      reason => warn(`the names of VMs are missing: ${reason}`),
    ),
    openers: readOpeners(unaccounted(devices, loops, disks)),
  };
}

/** The devices, and what lies under them: read one after the other, so that they have to be seen to fit together. */
function readDevices(): Pick<Facts, 'devices' | 'loops' | 'nodes'> {
  for (let attempts = 1; ; attempts++) {
    const devices = readMappedDevices();
    const loops = readAttachedLoops();
    const known = new Set([...devices, ...loops].map(({ device }) => device));
    const nodes = new Map<DeviceNumber, BlockNode>();
    let missing = false;
    for (const number of new Set(devices.flatMap(lowerDevices))) {
      if (known.has(number)) continue;
      const node = isLoop(number) ? undefined : readBlockNode(number);
      if (node === undefined) missing = true;
      else nodes.set(number, node);
    }
    if ((!missing && fitTogether(devices, loops)) || attempts === ATTEMPTS) return { devices, loops, nodes };
  }
}

/** LOOP_MAJOR of linux/major.h. One that is not attached is none that a device can lie on. */
function isLoop(number: DeviceNumber): boolean {
  return number.startsWith('7:');
}

/** Most machines have no libvirt: links are looked for where there are claims of its hook. */
function readClaimed(
  claims: readonly Claim[],
  clones: readonly LoopClaim[],
  warn: (message: string) => void,
): ClaimedDisk[] {
  const all = [
    ...namesOfClaims(claims),
    ...clones.map(({ attachment, node }) => ({ attachment, name: node })),
  ];
  const disks = claimedDisks(all, []);
  if (disks.length === 0) return disks;
  const links = attempt(readDomainLinks, [], reason =>
    warn(`the names of libvirt's domains are missing: ${reason}`),
  );
  // A folder is read in any order, and what is shown is always the same.
  return claimedDisks(all, links).sort((a, b) => (a.record < b.record ? -1 : 1));
}

/** The files behind loop devices with these numbers, where they are. */
function pathsOf(loops: readonly LoopDevice[], numbers: ReadonlySet<DeviceNumber>): string[] {
  return loops.flatMap(({ device, file }) =>
    numbers.has(device) && file.place === 'present' && file.path !== undefined ? [file.path] : [],
  );
}

/** What is at the place of the own cow of each base now. */
function readOwnCows(bases: readonly string[]): Map<string, ImageKey | undefined> {
  const found = new Map<string, ImageKey | undefined>();
  for (const path of bases) {
    const cow = ownCow(path);
    const status = cow === undefined ? undefined : quietStatus(cow);
    if (status !== undefined)
      found.set(path, status === 'nothing' ? undefined : imageKey(status.device, status.inode));
  }
  return found;
}

/** What bases say that they were derived from. */
function readDerived(bases: readonly string[]): Map<string, DerivedLabel> {
  return new Map(
    bases.flatMap(path => {
      const label = readDerivedLabel(path);
      return label === undefined ? [] : [[path, label] as const];
    }),
  );
}

/** What somebody has open, or may have, who is not known yet. */
function unaccounted(
  devices: readonly MappedDevice[],
  loops: readonly LoopDevice[],
  disks: readonly VmDisk[],
): Set<DeviceNumber> {
  const references = countReferences(devices);
  const served = countServed(disks);
  const open = devices.filter(
    ({ device, openCount }) => openCount > (references.get(device) ?? 0) + (served.get(device) ?? 0),
  );
  // The kernel does not say whether anybody has a loop device open.
  const spare = loops.filter(({ device }) => !references.has(device) && !served.has(device));
  return new Set([...open, ...spare].map(({ device }) => device));
}

/** What is worth knowing and not needed. */
function attempt<Result>(read: () => Result, otherwise: Result, failed: (reason: string) => void): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal) && !isSystemError(error)) throw error;
    failed(error.message);
    return otherwise;
  }
}
