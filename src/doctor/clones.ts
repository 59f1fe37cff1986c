import { configuration } from '../devices/configuration.ts';
import { type ImageKey, imageKey } from '../devices/plan/image-key.ts';
import { ownCow } from '../devices/plan/own-cow.ts';
import { makingPath, type ReflinkFiles, reflinkFiles } from '../devices/plan/reflink-names.ts';
import type { FileStatus } from '../native/addon.ts';
import { quietStatus } from '../overview/kernel/attached-loops.ts';
import { isMadeAnew } from '../reflink/made-anew.ts';
import { isLeftOver, ofOtherKind, versionPaths } from '../templates/convert/left-over.ts';
import type { Finding, Seen } from './finding.ts';
import { knownImages } from './known-templates.ts';
import { path, said } from './said.ts';

/** What is wrong with the files of disks that are clones, and of what they are clones of, as far as those are known. */
export function cloneFindings({ facts, overview }: Seen): Finding[] {
  const attached = new Set(facts.loops.flatMap(({ key }) => key ?? []));
  const seen = facts.clones.flatMap(({ image, source }) => [image, source ?? image]);
  const bases = overview.templates.flatMap(({ base }) => (base.place === 'present' ? (base.path ?? []) : []));
  return [...new Set([...seen, ...bases, ...knownImages()])].flatMap(image => {
    const files = reflinkFiles(image);
    return files === undefined ? [] : [...kindFindings(files), ...fileFindings(files, attached)];
  });
}

/** Of two kinds at once: what lies beside a template that is not of the kind that its cow says. */
function kindFindings({ image, dirty }: ReflinkFiles): Finding[] {
  const cow = ownCow(image);
  if (cow === undefined) return [];
  const isOfSnapshots = statusOf(cow) !== undefined;
  // Of neither kind, a template may be without its cow for a moment: where no file can have two names, a commit moves it.
  if (!isOfSnapshots && statusOf(dirty) === undefined && versionPaths(image).length === 0) return [];
  const others = ofOtherKind(image, cow);
  const [foreign] = others.filter(other => !isLeftOver(other));
  const run = isOfSnapshots && statusOf(dirty) !== undefined ? dirty : undefined;
  const first = run ?? foreign;
  if (first !== undefined)
    return [
      {
        kind: 'two-kinds',
        found: said`${path(image)} is one of ${isOfSnapshots ? 'snapshots' : 'clones'}, and ${path(first)} lies beside it`,
        mend: [],
        safe: false,
      },
    ];
  if (others.length === 0) return [];
  const kind = isOfSnapshots ? 'snapshot' : 'reflink';
  return [
    {
      kind: 'conversion-left',
      found: said`${others.length} files beside ${path(image)}, as ${path(others[0] ?? '')}`,
      mend: [['block-snapshot', 'convert', path(image), kind]],
      safe: true,
    },
  ];
}

function fileFindings(files: ReflinkFiles, attached: ReadonlySet<ImageKey>): Finding[] {
  return [...dirtyFindings(files, attached), ...precacheFindings(files), ...halfFindings(files)];
}

/** Of what was written of a disk that nobody has any more. */
function dirtyFindings({ image, dirty }: ReflinkFiles, attached: ReadonlySet<ImageKey>): Finding[] {
  const written = statusOf(dirty);
  if (written === undefined || attached.has(imageKey(written.device, written.inode))) return [];
  if (written.size === 0)
    return [
      { kind: 'empty-clone', found: said`${path(dirty)}`, mend: [['rm', '-f', path(dirty)]], safe: false },
    ];
  if (isMadeAnew({ dirty }))
    return [
      {
        kind: 'clone-left',
        found: said`${path(dirty)}`,
        // Last the one that says that both may go.
        mend: [
          ['rm', '-f', path(image)],
          ['rm', '-f', path(dirty)],
        ],
        safe: false,
      },
    ];
  const newest = statusOf(image);
  if (newest === undefined || isLike(written, newest) || !configuration().commitOnStop) return [];
  return [
    {
      kind: 'run-not-committed',
      found: said`${path(image)} has stopped`,
      mend: [['block-snapshot', 'commit', path(image)]],
      safe: false,
    },
  ];
}

function precacheFindings({ image, precache }: ReflinkFiles): Finding[] {
  const [ready, newest] = [statusOf(precache), statusOf(image)];
  if (ready === undefined || newest === undefined || isLike(ready, newest)) return [];
  return [
    {
      kind: 'stale-precache',
      found: said`${path(precache)}`,
      mend: [['rm', '-f', path(precache)]],
      safe: true,
    },
  ];
}

function halfFindings({ image, dirty }: ReflinkFiles): Finding[] {
  return [image, dirty]
    .map(makingPath)
    .filter(half => statusOf(half) !== undefined)
    .map(half => ({
      kind: 'half-clone',
      found: said`${path(half)}`,
      mend: [['rm', '-f', path(half)]],
      safe: false,
    }));
}

/** A clone has the time of what it was made of until it is written. */
function isLike(one: FileStatus, other: FileStatus): boolean {
  return one.changed === other.changed && one.size === other.size;
}

function statusOf(file: string): FileStatus | undefined {
  const status = quietStatus(file);
  return status !== undefined && status !== 'nothing' && status.kind === 'file' ? status : undefined;
}
