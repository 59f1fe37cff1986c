/** One mount of this namespace. */
export interface Mount {
  /** The number that statx gives as stx_mnt_id. */
  id: number;
  /** `major:minor` of its superblock: one filesystem has one, whatever st_dev its files show (btrfs, overlay). */
  superblock: string;
  /** The path that it is mounted on. */
  point: string;
  /** The filesystem's type, with its subtype: ext4, fuse.sshfs. */
  type: string;
  /** What was mounted, as it was given: a node, server:/path, or any word. */
  source: string;
  /** Whether the filesystem itself can be written to, whatever this mount of it allows. */
  writable: boolean;
}

/** Reads /proc/self/mountinfo (man 5 proc_pid_mountinfo): the type is the first field behind the lonely hyphen. */
export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const fields = line.split(' ');
    const hyphen = fields.indexOf('-', 6);
    const [id, , superblock, , point] = fields;
    const [type, source = '', options = ''] = fields.slice(hyphen + 1);
    if (hyphen < 0 || id === undefined || superblock === undefined || point === undefined || !type) continue;
    mounts.push({
      id: Number(id),
      superblock,
      point: plainPath(point),
      type,
      source: plainPath(source),
      writable: options.split(',')[0] === 'rw',
    });
  }
  return mounts;
}

/** Spaces, tabs, newlines and backslashes are octal numbers in there. */
function plainPath(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The mounts that a path goes through: those at the deepest point on its way, one over the other, and those above. */
export function mountsOnTheWay(mounts: readonly Mount[], path: string): { last: Mount[]; before: Mount[] } {
  const onTheWay = mounts.filter(({ point }) => leadsTo(point, path));
  const deepest = Math.max(0, ...onTheWay.map(({ point }) => point.length));
  return {
    last: onTheWay.filter(({ point }) => point.length === deepest),
    before: onTheWay.filter(({ point }) => point.length < deepest),
  };
}

function leadsTo(point: string, path: string): boolean {
  if (point === '/') return path.startsWith('/');
  return path.startsWith(point) && (path.length === point.length || path[point.length] === '/');
}

/** Filesystems whose files lie with somebody else: another machine, a program, a filesystem that they are made of. */
const ASKING: ReadonlySet<string> = new Set([
  ...[
    'nfs',
    'nfs4',
    'cifs',
    'smb3',
    'smbfs',
    'ncpfs',
    'afs',
    'ceph',
    'coda',
    'lustre',
    'orangefs',
    'pvfs2',
    'gpfs',
  ],
  ...['9p', 'virtiofs', 'vboxsf', 'vmhgfs', 'prl_fs', 'hostfs', 'beegfs', 'ocfs2', 'gfs2'],
  ...['autofs', 'overlay', 'aufs', 'unionfs', 'ecryptfs', 'shiftfs'],
]);

/** Whether a filesystem of this type may have to wait for somebody before it can tell of a file. */
export function asksSomebody(type: string): boolean {
  return type === 'fuse' || type === 'fuseblk' || type.startsWith('fuse.') || ASKING.has(type);
}
