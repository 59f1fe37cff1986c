/** A version of Linux: 6.1.84. */
export type Version = readonly [major: number, minor: number, patch: number];

/** A fault of Linux in what this program is made on. */
export interface Fault {
  what: string;
  /** The commit that mended it, and the number of the fault where it has one. */
  source: string;
  /** The first release that has the fix. */
  fixed: Version;
  /** The releases before it that were given the fix, each the first of its branch. */
  backports: readonly Version[];
}

/** Before it the kernel has no LOOP_CONFIGURE. */
export const OLDEST: Version = [5, 8, 0];

/**
 * Found in git.kernel.org and in the announcements of the stable branches; the numbers of the last two are those of
 * the kernel's own CVE records. Older branches are left out: what is before OLDEST is refused anyway.
 */
export const FAULTS: readonly Fault[] = [
  {
    what: 'a revert that a power cut ends may lose blocks that were merged already',
    source: 'fcc42338375a (dm snapshot: flush merged data before committing metadata)',
    fixed: [5, 11, 0],
    backports: [[5, 10, 9]],
  },
  {
    what: 'the kernel ends when a template is written whose origin has no snapshot',
    source: '7e768532b239 (dm snapshot: properly fix a crash when an origin has no snapshots)',
    fixed: [5, 13, 0],
    backports: [
      [5, 10, 42],
      [5, 12, 9],
    ],
  },
  {
    what: 'the kernel may end when an origin is suspended twice',
    source: 'CVE-2024-26880, 65e8fbde6452 (dm: call the resume method on internal suspend)',
    fixed: [6, 9, 0],
    backports: [
      [5, 10, 214],
      [5, 15, 153],
      [6, 1, 83],
      [6, 6, 23],
      [6, 7, 11],
      [6, 8, 2],
    ],
  },
  {
    what: 'a processor stands still for seconds when a snapshot with many blocks is taken down',
    source: 'CVE-2024-35805, 6e7132ed3c07 (dm snapshot: fix lockup in dm_exception_table_exit)',
    fixed: [6, 9, 0],
    backports: [
      [5, 10, 215],
      [5, 15, 154],
      [6, 1, 84],
      [6, 6, 24],
      [6, 7, 12],
      [6, 8, 3],
    ],
  },
];

export function isBefore(one: Version, other: Version): boolean {
  for (const index of [0, 1, 2] as const) if (one[index] !== other[index]) return one[index] < other[index];
  return false;
}

/** The faults that a kernel of this version has. */
export function faultsOf(version: Version): Fault[] {
  return FAULTS.filter(({ fixed, backports }) => {
    if (!isBefore(version, fixed)) return false;
    const [major, minor] = version;
    const branch = backports.find(([itsMajor, itsMinor]) => itsMajor === major && itsMinor === minor);
    return branch === undefined || isBefore(version, branch);
  });
}

/**
 * The version of a kernel: Debian's packages name it in /proc/version alone (`Debian 6.1.119-1`), for what uname says is that
 * of their interface.
 * @param release as uname has it
 * @param described the text of /proc/version
 */
export function kernelVersion(release: string, described: string): Version | undefined {
  const debian = /\bDebian (\d+)\.(\d+)(?:\.(\d+))?/.exec(described);
  const [, major, minor, patch = '0'] = debian ?? /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release) ?? [];
  return major === undefined || minor === undefined
    ? undefined
    : [Number(major), Number(minor), Number(patch)];
}
