// Filesystems that clone files, with a folder of its own in it for each test: a template, and room for the disks of VMs.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FILESYSTEMS } from '../filesystems/mounts.ts';
import { hashOf, MEBIBYTE, makeImage, newFolder } from '../images.ts';
import { unplannedMessages } from '../kernel-log.ts';
import { blockSnapshot, kernel, must, type Outcome } from '../programs.ts';
import { heldLocks, loopDevices, records } from '../state.ts';

t.setTimeout(0);

/** A template that clones are made of. */
export interface Scene {
  /** The filesystem's name. */
  filesystem: string;
  /** Where it is mounted. */
  point: string;
  folder: string;
  /** The template's image; its folder is its own. */
  root: string;
  dirty: string;
  hash: string;
  /** The image of a VM's disk, in a folder of its own: not there. */
  vm(name?: string): string;
}

/** By name, each mounted at its first use and for as long as this runs. */
const points = new Map<string, string>();

export function pointOf(name: string): string {
  const mounted = points.get(name);
  if (mounted !== undefined) return mounted;
  const filesystem = FILESYSTEMS.find(one => one.name === name);
  if (filesystem === undefined) throw new Error(`no filesystem ${name}`);
  const { point } = filesystem.mount(newFolder());
  points.set(name, point);
  return point;
}

process.once('beforeExit', () => {
  for (const point of points.values()) must('umount', point);
});

let scenes = 0;

export function makeScene(filesystem: string, size = 4 * MEBIBYTE): Scene {
  const point = pointOf(filesystem);
  scenes += 1;
  const folder = join(point, String(scenes));
  mkdirSync(join(folder, 't'), { recursive: true });
  const root = makeImage(join(folder, 't/root.img'), size, 'random');
  return {
    filesystem,
    point,
    folder,
    root,
    dirty: join(folder, 't/root-dirty.img'),
    hash: hashOf(root),
    vm: (name = 'vm') => {
      mkdirSync(join(folder, name), { recursive: true });
      return join(folder, name, 'root.img');
    },
  };
}

/** The loop devices on files of these filesystems, by node and file; those that carry the filesystems do not count. */
export function cloneLoops(): { node: string; file: string }[] {
  return loopDevices()
    .filter(({ file }) => [...points.values()].some(point => file.startsWith(`${point}/`)))
    .map(({ name, file }) => ({ node: `/dev/${name}`, file }));
}

/** What our commands could leave behind; the files are looked at by each test. */
export function left(): string[] {
  return [
    ...cloneLoops().map(({ node, file }) => `${node} on ${file}`),
    ...heldLocks(),
    ...records(),
    ...unplannedMessages().map(message => `kernel: ${message}`),
  ];
}

/** Takes down what a test that failed has left. */
export function clear({ folder }: Scene): void {
  for (const { node } of cloneLoops()) must('losetup', '-d', node);
  for (const record of records()) rmSync(`/run/xen-hotplug/${record}`);
  rmSync(folder, { recursive: true, force: true });
}

/** A test on each of the filesystems. @param name what holds, as a sentence */
export function checkOn(
  filesystems: readonly string[],
  name: string,
  body: (test: Test, scene: Scene) => Promise<void> | void,
): void {
  for (const filesystem of filesystems)
    t.test(`${filesystem}: ${name}`, async test => {
      const scene = makeScene(filesystem);
      try {
        await body(test, scene);
        test.same(left(), [], 'nothing is left');
      } finally {
        clear(scene);
      }
    });
}

export const BOTH = ['XFS', 'btrfs'] as const;

export type ReflinkType = 'reflink' | 'reflink-origin';

/** Prepares a disk, which has to succeed. @returns its node */
export function prepared(type: ReflinkType, images: string): string {
  const { status, stdout, stderr } = blockSnapshot('prepare', type, images);
  if (status !== 0 || stderr !== '' || !/^\/dev\/loop\d+\n$/.test(stdout))
    throw new Error(`prepare ${type} ${images}: exit ${status}: ${stdout}${stderr}`);
  return stdout.trimEnd();
}

/** Cleans a disk up, which has to succeed. @returns what was said on standard error */
export function cleanedUp(type: ReflinkType, node: string): string {
  const { status, stdout, stderr } = blockSnapshot('cleanup', type, node);
  if (status !== 0 || stdout !== '')
    throw new Error(`cleanup ${type} ${node}: exit ${status}: ${stdout}${stderr}`);
  return stderr;
}

/** A command that has to be refused. @returns what it says, without the program's name */
export function refused(...parameters: string[]): string {
  const { status, stdout, stderr }: Outcome = blockSnapshot(...parameters);
  if (status !== 1 || stdout !== '' || stderr.split('\n').length !== 2)
    throw new Error(`${parameters.join(' ')}: exit ${status}: ${stdout}${stderr}`);
  return stderr.replace(/^block-snapshot: /, '').trimEnd();
}

/** The names in the folder of an image, but for the image itself. */
export function beside(image: string): string[] {
  const own = image.slice(image.lastIndexOf('/') + 1);
  return readdirSync(image.slice(0, image.lastIndexOf('/')))
    .filter(name => name !== own)
    .sort();
}

/** Whether a loop device goes by itself when nobody has it open. */
export function clearsItself(node: string): boolean {
  const [found] = kernel.askLoops([node.slice('/dev/'.length)]);
  return ((found?.flags ?? 0) & 4) !== 0;
}
