// Records of attached disks, locks, and links of libvirt's domains, damaged.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { recordAccess, recordedAccess } from '../../../../src/claims/access-record.ts';
import { RECORDS_FOLDER } from '../../../../src/claims/claims.ts';
import { writeRecord } from '../../../../src/claims/records.ts';
import { requireImage } from '../../../../src/devices/kernel/images.ts';
import {
  LOCK_FOLDER,
  type LockFile,
  releaseLockFile,
  tryLockFile,
} from '../../../../src/devices/kernel/lock-file.ts';
import { operationFile, operationLock } from '../../../../src/devices/operations.ts';
import { parseNode } from '../../../../src/devices/request/node-request.ts';
import { detach } from '../../../../src/disks/detach.ts';
import { readDomainLinks } from '../../../../src/libvirt/domain-links.ts';
import { statKey, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { runTemplate } from '../life/in-process.ts';
import { seen } from '../list/seen.ts';
import { deviceNames } from '../state.ts';
import type { ReadBack } from './read-back.ts';
import { type Scene, textOf } from './scene.ts';

const KEY = 'backend-vbd-70-51712';
const NODE = `${RECORDS_FOLDER}/${KEY}-node`;

type Made = (template: Template, other: Template) => Scene;

/** A file of a record whose disk is a snapshot, of which nothing is taken down while it may be this VM's. */
function nodeRecord({ root, rootCow, vm1 }: Template, other: Template): Scene {
  const attach = () => prepareHere('snapshot', root, rootCow, vm1);
  const node = attach();
  const record = { parameters: [root, rootCow, vm1].join(':'), device: parseNode(node) };
  writeRecord(KEY, record);
  const theirs = prepareHere('snapshot', other.root, other.rootCow);
  cleanupHere('snapshot', theirs);
  return {
    whole: Buffer.from(`${node}\n`),
    others: [Buffer.from(`${theirs}\n`), Buffer.from('/dev/sda\n')],
    put: content => writeFileSync(NODE, content),
    path: NODE,
    named: [NODE],
    use: async (tried, damage) => {
      await tried.run('list', () => seen());
      await tried.run('cleanup', () => cleanupHere('snapshot', node));
      const maybeIts = damage === 'a named pipe' || (damage.kind === 'cut' && damage.content.length > 0);
      if (maybeIts && !deviceNames().includes(record.device.name)) tried.fail('the device of its VM is gone');
      await tried.run('remove', () => detach(KEY, 0));
      if (maybeIts && !deviceNames().includes(record.device.name))
        tried.fail('remove took a device down that it may not know');
      attach();
      rmSync(NODE, { force: true });
      writeRecord(KEY, record);
    },
    end: () => {
      detach(KEY, 0);
    },
  };
}

/** What else is recorded: a template stops, and its run is committed, or not; nobody else's is. */
function besideNode(suffix: '-params' | '-type'): Made {
  return ({ root, rootCow }, other) => {
    const path = `${RECORDS_FOLDER}/${KEY}${suffix}`;
    runTemplate(other.root, other.rootCow, [0, 4096]);
    const theirs = statKey(other.rootCow);
    const origin = prepareHere('origin', root, rootCow);
    const record = { parameters: `${root}:${rootCow}`, device: parseNode(origin) };
    writeRecord(KEY, record);
    const values =
      suffix === '-type' ? ['origin', 'snapshot'] : [record.parameters, `${other.root}:${other.rootCow}`];
    const [whole = '', another] = values.map(value => `${value}\n`);
    return {
      whole: Buffer.from(whole),
      others: [Buffer.from(another ?? '')],
      put: content => writeFileSync(path, content),
      path,
      named: [path, NODE, root],
      use: async (tried, damage) => {
        writeRandomAt(origin, 0, 512);
        const done = await tried.run('remove', () => detach(KEY, 0));
        if (done !== undefined && deviceNames().length > 0) tried.fail(`${deviceNames()} are left: ${done}`);
        if (done === undefined && damage !== 'a named pipe' && suffix === '-params')
          tried.fail('remove was refused');
        if (statKey(other.rootCow) !== theirs) tried.fail('the run of another template was committed');
        rmSync(path, { force: true });
        prepareHere('origin', root, rootCow);
        writeRecord(KEY, record);
      },
      end: () => {
        detach(KEY, 0);
      },
    };
  };
}

/** Who has a disk alone is not told to share it. */
function accessRecord(): Scene {
  const path = `${RECORDS_FOLDER}/${KEY}-mode`;
  mkdirSync(RECORDS_FOLDER, { recursive: true });
  recordAccess(KEY, 'share');
  return {
    whole: Buffer.from('w!\n'),
    others: [Buffer.from('r\n'), Buffer.from('w\n')],
    put: content => writeFileSync(path, content),
    path,
    named: [path],
    use: async (tried, damage) => {
      const access = await tried.run('add', () => recordedAccess(KEY));
      const text = damage === 'a named pipe' ? '' : textOf(damage.content).trimEnd();
      if (access === 'share' && text !== 'w!')
        tried.fail(`${JSON.stringify(text)} is taken for leave to share`);
    },
    end: () => rmSync(path),
  };
}

/** What a lock holds says nothing: the lock is the kernel's. */
function baseLock({ root, rootCow }: Template): Scene {
  const path = `${LOCK_FOLDER}/${statKey(root)}.lock`;
  cleanupHere('snapshot', prepareHere('snapshot', root, rootCow));
  return {
    whole: Buffer.alloc(1),
    others: [],
    put: content => writeFileSync(path, content),
    path,
    named: [path],
    use: async (tried, damage) => {
      const node = await tried.run('prepare', () => prepareHere('snapshot', root, rootCow));
      if (node === undefined && damage !== 'a named pipe') tried.fail('it is refused');
      rmSync(path, { force: true });
      if (node !== undefined) cleanupHere('snapshot', node);
    },
    end: () => {},
  };
}

/** An operation that is held, and one that was killed. */
function operation({ root, rootCow }: Template): Scene {
  const { disk } = requireImage({ role: 'template', path: root });
  const [path, folder] = [operationFile(disk), operationLock(disk)];
  mkdirSync(LOCK_FOLDER, { recursive: true });
  const prepared = () => prepareHere('snapshot', root, rootCow);
  return {
    whole: Buffer.from(`a trim of ${root} (process 123)\n`),
    others: [Buffer.from('a trim of /somewhere/else.img (process 5)\n')],
    put: content => writeFileSync(path, content),
    path,
    named: [root, path],
    use: async (tried, damage) => {
      mkdirSync(folder, { recursive: true });
      const held: LockFile | undefined = await tried.run('the lock', () => tryLockFile(path));
      if (held !== undefined && damage !== 'a named pipe') writeFileSync(path, damage.content);
      if ((await tried.run('prepare', prepared)) !== undefined) tried.fail('it goes on beside an operation');
      if (held !== undefined) releaseLockFile(held);
      if (damage === 'a named pipe') rmSync(path);
      const node = await tried.run('prepare after a kill', prepared);
      if (node === undefined) tried.fail('what a killed one has left is in the way');
      else cleanupHere('snapshot', node);
    },
    end: () => rmSync(path, { force: true }),
  };
}

/** Links lead anywhere; whose they are is for list alone. */
function domainLink({ root, rootCow }: Template): Scene {
  const folder = `${LOCK_FOLDER}/a-domain`;
  const path = `${folder}/vda`;
  mkdirSync(folder, { recursive: true });
  const node = prepareHere('snapshot', root, rootCow);
  const key = 'libvirt-qemu-6d1a5b1e-0c5a-4f4e-8b1a-3f1d2c4b5a69-vda';
  writeRecord(key, { parameters: `${root}:${rootCow}`, device: parseNode(node) });
  return {
    whole: Buffer.from(node),
    others: [Buffer.from('/dev/sda'), Buffer.from('vda')],
    put: content => {
      rmSync(path, { force: true });
      const target = Buffer.from(content.filter(byte => byte !== 0)).subarray(0, 4000);
      if (target.length > 0) symlinkSync(target, path);
    },
    path,
    named: [path],
    use: async tried => {
      const links = await tried.run('the links', readDomainLinks);
      if (links === undefined) tried.fail('one link keeps all from being read');
      await tried.run('list', () => seen());
    },
    end: () => {
      rmSync(folder, { recursive: true });
      detach(key, 0);
    },
  };
}

export const RECORDS = {
  'the node of a record': nodeRecord,
  'the images of a record': besideNode('-params'),
  'the type of a record': besideNode('-type'),
  'the access of a record': accessRecord,
  'the lock of a base': baseLock,
  'what an operation says of itself': operation,
  "the links of libvirt's domains": domainLink,
} as const satisfies Partial<Record<ReadBack, Made>>;
