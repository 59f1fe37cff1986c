// The functions of the addon that work on device-mapper's and on loop devices: for the lab.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { descriptor, names, number, text } from './arguments.ts';
import type { Functions } from './functions.ts';
import { file, kernel, later, open } from './scratch.ts';

const NAME = 'memory';
/** As src/devices/kernel/udev-session.ts has them: no rule looks into the device. */
const UDEV_FLAGS = 0x0002 | 0x0004 | 0x0008;
const CLEARS_ITSELF = 4;
const PATIENCE = 60_000;

/** A cookie; what is still counted on it is waited for after the call. */
function cookie(): number {
  const number = kernel.createUdevCookie();
  later(() => kernel.waitForUdev(number, PATIENCE));
  return number;
}

function withCookie(work: (cookie: number) => void): void {
  const number = kernel.createUdevCookie();
  work(number);
  kernel.waitForUdev(number, PATIENCE);
}

function resume(name: string): void {
  withCookie(number => kernel.resumeDevice(name, number, UDEV_FLAGS));
}

/** Takes down all devices that there are: names may have become others on their way. */
function takeDevicesDown(): void {
  for (const name of kernel.deviceNames()) {
    if (kernel.deviceTable(name)?.suspended === true) resume(name);
    withCookie(number => kernel.removeDevice(name, number, UDEV_FLAGS));
  }
  kernel.waitForUdev(0, 0);
}

/** A device without a table, unless it is there already. @returns its name */
function empty(): string {
  if (kernel.deviceTable(NAME) === null) kernel.createDevice(NAME);
  later(takeDevicesDown);
  return NAME;
}

/** One with a table that is not live yet. */
function loaded(): string {
  kernel.loadTable(empty(), 8, 'error', '');
  return NAME;
}

function live(): string {
  const name = loaded();
  resume(name);
  return name;
}

function detachLoops(): void {
  if (kernel.loopFiles().length > 0) execFileSync('losetup', ['-D']);
}

/** A free loop device, open; whatever is made of it is taken away, also where it would not clear itself. */
function freeLoop(): number {
  later(detachLoops);
  return open(`/dev/loop${kernel.freeLoopNumber()}`);
}

/** One that has a file, which it lets go when nobody has it open any more; its name is the last that was made. */
let loopName = '';
function loop(): number {
  const number = kernel.freeLoopNumber();
  loopName = `loop${number}`;
  const descriptor = open(`/dev/${loopName}`);
  const backing = openSync(file(), 'r+');
  kernel.configureLoop(descriptor, backing, CLEARS_ITSELF, 'memory');
  closeSync(backing);
  return descriptor;
}

function nameOfLoop(): string {
  loop();
  return loopName;
}

const deviceName = (good: () => string) => text(128, good);
const aLoop = descriptor(loop);
const aCookie = number(32, cookie);
const udevFlags = number(16, () => UDEV_FLAGS);

export const KERNEL_FUNCTIONS: Functions = {
  createDevice: { takes: [deviceName(() => NAME)], after: takeDevicesDown },
  mendNode: { takes: [deviceName(empty)] },
  loadTable: {
    takes: [deviceName(empty), number(53, () => 8), text(16, () => 'error'), text(1024, () => '')],
  },
  clearInactiveTable: { takes: [deviceName(loaded)] },
  suspendDevice: { takes: [deviceName(live)] },
  resumeDevice: { takes: [deviceName(loaded), aCookie, udevFlags] },
  removeDevice: { takes: [deviceName(empty), aCookie, udevFlags] },
  deviceTable: { takes: [deviceName(live)] },
  deviceStatus: { takes: [deviceName(live)] },
  devicesInFull: { takes: [names(128, () => [live(), 'another'])] },
  deviceNames: { takes: [] },
  targetTypes: { takes: [] },
  deviceMapperVersions: { takes: [] },
  createUdevCookie: { takes: [], after: answer => kernel.waitForUdev(answer as number, PATIENCE) },
  waitForUdev: { takes: [number(32, () => kernel.createUdevCookie()), number(32, () => PATIENCE)] },
  freeLoopNumber: { takes: [] },
  configureLoop: {
    takes: [
      descriptor(freeLoop),
      descriptor(() => open(file())),
      number(32, () => CLEARS_ITSELF),
      text(4096, () => 'memory'),
    ],
  },
  loopStatus: { takes: [aLoop] },
  loopFiles: { takes: [] },
  askLoops: { takes: [names(64, () => [nameOfLoop(), 'loop7'])] },
  refreshLoopSize: { takes: [aLoop] },
  stopDirectIo: { takes: [aLoop] },
  detachLoop: { takes: [aLoop] },
  keepLoop: { takes: [aLoop], after: detachLoops },
  blockDeviceSize: { takes: [aLoop] },
  blockDeviceSequence: { takes: [aLoop] },
};
