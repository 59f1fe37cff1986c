import { existsSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { unplannedMessages } from './kernel-log.ts';
import { kernel, must, UDEV } from './programs.ts';

/** Names of all device-mapper devices, sorted. */
export function deviceNames(): string[] {
  return kernel.deviceNames().sort();
}

/** The live table of a device as one line, as dmsetup prints it. */
export function tableLine(name: string): string | undefined {
  const target = kernel.deviceTable(name)?.targets[0];
  return target && `${target.start} ${target.length} ${target.type} ${target.parameters.trim()}`;
}

/** The loop devices that are in use: name and file. */
export function loopDevices(): { name: string; file: string }[] {
  return readdirSync('/sys/block')
    .filter(name => existsSync(`/sys/block/${name}/loop/backing_file`))
    .sort()
    .map(name => ({ name, file: readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trimEnd() }));
}

/** What there is on this machine that our commands could leave behind; empty when all is taken down. */
export function leftovers(): string[] {
  return [
    ...deviceNames().map(name => `device ${name}`),
    ...loopDevices().map(({ name, file }) => `loop device ${name} on ${file}`),
    ...readdirSync('/dev/mapper')
      .filter(name => name !== 'control')
      .map(name => `node /dev/mapper/${name}`),
    ...heldLocks(),
    ...records().map(name => `record ${name}`),
    ...linkFolders().map(name => `links of ${name}`),
    ...unplannedMessages().map(message => `kernel: ${message}`),
  ];
}

const RECORDS_FOLDER = '/run/xen-hotplug';

/** The records of attached disks. */
export function records(): string[] {
  return existsSync(RECORDS_FOLDER) ? readdirSync(RECORDS_FOLDER).sort() : [];
}

const LOCK_FOLDER = '/run/block-snapshot';

/** The folders with links of libvirt's domains, which lie beside the locks. */
function linkFolders(): string[] {
  if (!existsSync(LOCK_FOLDER)) return [];
  return readdirSync(LOCK_FOLDER).filter(
    name => statSync(`${LOCK_FOLDER}/${name}`).isDirectory() && !name.includes(':'),
  );
}

/** Locks of ours that somebody holds: the last part of a line in /proc/locks is `major:minor:inode`. */
export function heldLocks(): string[] {
  if (!existsSync(LOCK_FOLDER)) return [];
  const inodes = new Map(
    readdirSync(LOCK_FOLDER).map(name => [statSync(`${LOCK_FOLDER}/${name}`).ino, name]),
  );
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .map(line => inodes.get(Number(/:(\d+) \d+ EOF/.exec(line)?.[1])))
    .filter(name => name !== undefined)
    .map(name => `held lock ${name}`);
}

/** Everything about the devices that a command which changes nothing must leave the same. */
export function fingerprint(): string {
  return JSON.stringify({
    devices: deviceNames().map(name => [name, kernel.deviceTable(name), kernel.deviceStatus(name)]),
    loops: loopDevices(),
  });
}

/** Loop devices that no device-mapper device holds: nothing will ever free them. */
export function leakedLoops(): string[] {
  return loopDevices()
    .filter(({ name }) => readdirSync(`/sys/block/${name}/holders`).length === 0)
    .map(({ name, file }) => `${name} on ${file}`);
}

/** Devices that stand still. */
export function suspendedDevices(): string[] {
  return deviceNames().filter(name => kernel.deviceTable(name)?.suspended);
}

/** Removes devices by force, from the top. @param names those that are there, asked for again in each round */
export function removeByForce(names: () => readonly string[]): void {
  for (let round = 0; round < 10 && names().length > 0; round++)
    for (const name of names().toReversed())
      for (const step of [() => kernel.resumeDevice(name, 0, 0), () => kernel.removeDevice(name, 0, 0)])
        try {
          step();
        } catch {
          // It has no table, or something is on it still: the next round.
        }
  // What libdevmapper has still to do about nodes it would do to those of other devices, of the same names.
  kernel.waitForUdev(0, 0);
}

/** Takes down whatever is there, by force: after a test that failed half-way, so that the next one starts clean. */
export function takeAllDown(): void {
  removeByForce(deviceNames);
  if (UDEV) must('udevadm', 'settle');
  for (const name of readdirSync('/dev/mapper'))
    if (name !== 'control' && kernel.deviceTable(name) === null)
      rmSync(`/dev/mapper/${name}`, { force: true });
  for (const { name } of loopDevices()) must('losetup', '-d', `/dev/${name}`);
  for (const name of records()) unlinkSync(`${RECORDS_FOLDER}/${name}`);
}
