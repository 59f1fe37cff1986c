// What has to hold after each step, whatever that was.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { unplannedMessages } from '../../kernel/guest/kernel-log.ts';
import { kernel } from '../../kernel/guest/programs.ts';
import { deviceNames, heldLocks, loopDevices, records } from '../../kernel/guest/state.ts';
import { type Blocks, difference } from '../model/blocks.ts';
import { dirtyOf, imageOf } from '../model/files.ts';
import type { Host } from '../model/host.ts';
import { recordOf } from '../operations/ways.ts';
import { FILESYSTEM_DEVICE } from './filesystem.ts';

/** A disk that is there, and what it has to show. */
interface Disk {
  what: string;
  path: string;
  blocks: Blocks;
}

/** All that can be read without making anything: what runs, and the images themselves. */
function disksOf(host: Host): Disk[] {
  return [
    ...host.templates.flatMap(template => {
      const { name, kind, run, present, published, dirty } = template;
      const image = imageOf(host, template);
      const newest = {
        what: `the image of ${name}`,
        path: image,
        blocks: kind === 'reflink' ? published.blocks : present,
      };
      const written = {
        what: `what ${name} writes`,
        path: run?.node ?? dirtyOf(host, template),
        blocks: present,
      };
      return run !== undefined || dirty ? [newest, written] : [newest];
    }),
    ...host.vms.flatMap(({ name, run }) =>
      run === undefined ? [] : [{ what: `the disk of ${name}`, path: run.node, blocks: run.blocks }],
    ),
  ];
}

function requireBytes({ what, path, blocks }: Disk): void {
  const wrong = difference(path, blocks);
  if (wrong !== undefined) throw new Error(`wrong bytes: ${what} (${path}): ${wrong}`);
}

/** Asked at the end of a story, for all of them are read anew each time. @throws Error that has the kernel's complaints */
export function requireNoComplaint(): void {
  same('messages of the kernel', unplannedMessages(), []);
}

/** @param pick which disk's bytes are compared; all without it. @throws Error that says what is not as it has to be */
export function requireSound(host: Host, pick?: number): void {
  requireNothingLeft(host);
  const disks = disksOf(host);
  for (const [index, disk] of disks.entries())
    if (pick === undefined || index === pick % disks.length) requireBytes(disk);
}

function requireNothingLeft(host: Host): void {
  const runs = [...host.templates, ...host.vms].flatMap(({ run }) => run ?? []);
  const nodes = runs.map(({ node }) => basename(node));
  const mapped = nodes.filter(name => !name.startsWith('loop'));
  same('devices', deviceNames().filter(isOfOurs), [...mapped, ...host.layers.map(({ name }) => name)]);
  same(
    'nodes',
    readdirSync('/dev/mapper').filter(name => name !== 'control' && isOfOurs(name)),
    deviceNames().filter(isOfOurs),
  );
  same(
    'suspended devices',
    deviceNames().filter(name => kernel.deviceTable(name)?.suspended),
    [],
  );
  const loops = loopDevices().filter(({ file }) => file.startsWith(`${host.folder}/`));
  same(
    'loop devices that carry nothing',
    loops
      .filter(({ name }) => readdirSync(`/sys/block/${name}/holders`).length === 0)
      .map(({ name }) => name),
    nodes.filter(name => name.startsWith('loop')),
  );
  same(
    'records',
    [...new Set(records().map(name => name.replace(/-(params|type|node|access)$/, '')))],
    runs.flatMap(run => recordOf(run) ?? []),
  );
  same('held locks', heldLocks(), []);
  same('operations', operations(), []);
  same('semaphores', readFileSync('/proc/sysvipc/sem', 'utf8').trimEnd().split('\n').slice(1), []);
}

const isOfOurs = (name: string) => name !== FILESYSTEM_DEVICE;

/** Folders of operations that last: a commit, a revert. */
function operations(): string[] {
  const folder = '/run/block-snapshot';
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(
    name => name.endsWith('.lock') && statSync(`${folder}/${name}`).isDirectory(),
  );
}

function same(what: string, found: readonly string[], wanted: readonly string[]): void {
  const [one, other] = [found, wanted].map(all => [...all].sort().join(', '));
  if (one !== other)
    throw new Error(`${what}: there is ${one || 'nothing'}, and there should be ${other || 'nothing'}`);
}
