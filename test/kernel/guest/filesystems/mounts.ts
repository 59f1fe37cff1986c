// The filesystems that images lie on, each mounted anew.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { must, run } from '../programs.ts';
import { loadModules } from './modules.ts';

/** A filesystem of its own, and how it goes again. */
export interface Mounted {
  /** Where it is mounted. */
  point: string;
  unmount(): void;
}

/** One whose files lie with a server, which can be stopped: then nothing that is asked of it is answered. */
export interface Served extends Mounted {
  stop(): void;
  goOn(): void;
  /** Whether it is stopped. */
  stands(): boolean;
}

/** What a filesystem does not do, as trim says it; undefined where it gives blocks of zeros back. */
export type NoTrim = RegExp | undefined;

export interface FilesystemKind {
  name: string;
  noTrim: NoTrim;
  mount(folder: string): Mounted;
}

const WITHOUT_HOLES = /is on a filesystem without holes \(E\w+\): its space cannot be given back/;

export function inFile(
  name: string,
  megabytes: number,
  make: string[],
  noTrim?: NoTrim,
  modules: string[] = [],
): FilesystemKind {
  return {
    name,
    noTrim,
    mount: folder => {
      loadModules(...modules);
      const image = `${folder}/filesystem.img`;
      const point = newPoint(folder);
      must('truncate', '-s', `${megabytes}M`, image);
      const [program = '', ...options] = make;
      must(program, ...options, image);
      must('mount', '-o', 'loop', image, point);
      return { point, unmount: () => must('umount', point) };
    },
  };
}

function newPoint(folder: string, name = 'mounted'): string {
  const point = `${folder}/${name}`;
  mkdirSync(point, { recursive: true });
  return point;
}

const TMPFS: FilesystemKind = {
  name: 'tmpfs',
  noTrim: undefined,
  mount: folder => {
    const point = newPoint(folder);
    must('mount', '-t', 'tmpfs', 'tmpfs', point);
    return { point, unmount: () => must('umount', point) };
  },
};

const OVERLAY: FilesystemKind = {
  name: 'overlay',
  noTrim: undefined,
  mount: folder => {
    loadModules('overlay');
    const point = newPoint(folder);
    for (const name of ['lower', 'upper', 'work']) newPoint(folder, name);
    const layers = ['lowerdir=lower', 'upperdir=upper', 'workdir=work'].map(one =>
      one.replace('=', `=${folder}/`),
    );
    must('mount', '-t', 'overlay', '-o', layers.join(','), 'overlay', point);
    return { point, unmount: () => must('umount', point) };
  },
};

/** @param options of the mount */
function mountFuse(folder: string, ...options: string[]): Served {
  loadModules('fuse');
  const point = newPoint(folder);
  const server = spawn('bindfs', ['-f', ...options, newPoint(folder, 'served'), point], { stdio: 'ignore' });
  server.unref();
  waitFor(`bindfs on ${point}`, () => readFileSync('/proc/self/mounts', 'utf8').includes(` ${point} fuse`));
  const stands = () => /\) T /.test(readFileSync(`/proc/${server.pid}/stat`, 'utf8'));
  return {
    point,
    unmount: () => must('umount', point),
    stop: () => {
      server.kill('SIGSTOP');
      waitFor('the stop of bindfs', stands);
    },
    goOn: () => server.kill('SIGCONT'),
    stands,
  };
}

const FUSE: FilesystemKind = {
  name: 'FUSE (bindfs)',
  noTrim: WITHOUT_HOLES,
  mount: folder => mountFuse(folder),
};

let nfsIsSetUp = false;

/** The kernel's server, on loopback alone: what it needs of /etc and /var is a copy. */
function serveNfs(exported: string): void {
  if (!nfsIsSetUp) {
    loadModules('nfsv4', 'nfsd');
    must('ip', 'link', 'set', 'lo', 'up');
    must('mount', '-t', 'tmpfs', 'tmpfs', '/var/lib/nfs');
    for (const name of ['sm', 'nfsdcld', 'v4recovery', 'rpc_pipefs']) mkdirSync(`/var/lib/nfs/${name}`);
    for (const name of ['etab', 'rmtab', 'state']) writeFileSync(`/var/lib/nfs/${name}`, '');
    must('hostname', 'lab');
    must('mount', '-t', 'nfsd', 'nfsd', '/proc/fs/nfsd');
    must('mount', '-t', 'rpc_pipefs', 'rpc_pipefs', '/var/lib/nfs/rpc_pipefs');
    must('nfsdcld', '-p', '/var/lib/nfs/rpc_pipefs');
    // No client of a server before this one has anything to claim.
    for (const time of ['nfsv4leasetime', 'nfsv4gracetime']) writeFileSync(`/proc/fs/nfsd/${time}`, '10');
    must('rpc.mountd', '-N', '3');
    nfsIsSetUp = true;
  }
  startNfs(exported);
}

function startNfs(exported: string): void {
  must('rpc.nfsd', '-N', '3', '--host', '127.0.0.1', '4');
  must('exportfs', '-o', 'rw,no_root_squash,insecure,fsid=0,no_subtree_check', `127.0.0.1:${exported}`);
}

/** @param options of the mount */
function mountNfs(folder: string, ...options: string[]): Served {
  // The server wants a filesystem whose files it finds again by number.
  const exported = EXT4.mount(newPoint(folder, 'exported'));
  serveNfs(exported.point);
  const point = newPoint(folder);
  must('mount', '-t', 'nfs4', '-o', ['vers=4.2', ...options].join(','), '127.0.0.1:/', point);
  const stop = () => must('rpc.nfsd', '0');
  return {
    point,
    unmount: () => {
      must('umount', point);
      // Told to forget an export, the kernel keeps it for up to half a minute; without a server it has none.
      stop();
      waitFor(`umount of ${exported.point}`, () => run('umount', [exported.point]).status === 0);
    },
    stop,
    goOn: () => startNfs(exported.point),
    stands: () => readFileSync('/proc/fs/nfsd/threads', 'utf8').trim() === '0',
  };
}

const NFS: FilesystemKind = {
  name: 'NFS 4.2 over loopback',
  noTrim: undefined,
  mount: folder => mountNfs(folder),
};

const EXT4 = inFile('ext4', 128, ['mkfs.ext4', '-q', '-b', '4096']);
const BTRFS = inFile('btrfs', 256, ['mkfs.btrfs', '-q'], undefined, ['btrfs']);

const IN_PLACE: FilesystemKind = {
  name: 'btrfs with nodatacow',
  noTrim: undefined,
  mount: folder => {
    const mounted = BTRFS.mount(folder);
    must('chattr', '+C', mounted.point);
    return mounted;
  },
};

/** Waits for what another program is about to do. @throws Error when it does not within half a minute */
function waitFor(what: string, holds: () => boolean): void {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} did not come about`);
    must('sleep', '0.1');
  }
}

export const FILESYSTEMS: readonly FilesystemKind[] = [
  EXT4,
  inFile('XFS', 320, ['mkfs.xfs', '-q'], undefined, ['xfs']),
  BTRFS,
  IN_PLACE,
  inFile('FAT', 128, ['mkfs.vfat', '-F', '32'], WITHOUT_HOLES, [
    'vfat',
    'nls_cp437',
    'nls_ascii',
    'nls_iso8859-1',
  ]),
  TMPFS,
  OVERLAY,
  FUSE,
  NFS,
];

/** Servers that can be stopped. Nothing that they have told counts any longer than it takes to say it. */
export const SERVERS: readonly { name: string; mount(folder: string): Served }[] = [
  { name: 'a program (FUSE)', mount: folder => mountFuse(folder, '-o', 'attr_timeout=0') },
  { name: 'NFS', mount: folder => mountNfs(folder, 'actimeo=0') },
];
