import { addon } from '../../native/addon.ts';
import type { Progress } from '../../words/progress.ts';
import { Refusal } from '../../words/refusal.ts';
import type { TemplateFiles } from '../template-files.ts';
import type { NameUser } from '../users.ts';
import { BLOCK } from './blocks.ts';
import type { Found } from './found.ts';
import { letExtentsGo } from './let-extents-go.ts';
import {
  type LeftOut,
  type OpenTemplate,
  templatesToShare,
  unusedOf,
  withOpenTemplates,
} from './open-templates.ts';
import { Pace } from './pace.ts';
import { readBlocks } from './read-blocks.ts';
import { runsInCommon } from './runs-in-common.ts';
import { shareRuns } from './share-runs.ts';

export interface DedupeOptions {
  /** Bytes that are read in a second at most; Infinity for no limit. */
  rate: number;
  nameUser: NameUser;
  /** Told of bytes whose checksums are made, and then, from the beginning again, of those that the kernel compares. */
  progress: Progress;
  /** Told at once of what is left out. */
  leaveOut: (leftOut: LeftOut) => void;
}

export interface Deduped {
  /** Paths of the images that were looked at. */
  images: string[];
  /** Bytes that two of them share now, and did not before. */
  shared: number;
  /** Bytes that their filesystem has more room for than before: others write there, too. */
  freed: number;
  leftOut: LeftOut[];
}

/** What two images have in common, and do not share. */
export interface InCommon {
  source: string;
  destination: string;
  bytes: number;
}

/**
 * Has templates share what their images have in common, wherever it lies in them. No byte changes: the kernel compares what
 * is shared. Ended at any moment it has done a part of its work, and the next call goes on.
 * @throws Refusal where that cannot be, or fewer than two of them are unused
 */
export function dedupe(all: readonly TemplateFiles[], options: DedupeOptions): Promise<Deduped> {
  return withRuns(all, options, async ({ templates, known, runs }, leftOut) => {
    const before = roomOn(templates);
    const pace = new Pace(options.rate);
    const { nameUser, progress } = options;
    const { shared, leftOut: later } = await shareRuns(templates, runs, nameUser, progress, pace);
    const unused = templates.filter(({ image }) => later.every(({ template }) => template.image !== image));
    later.push(...(await letExtentsGo({ templates, known, runs }, unused, nameUser, pace)));
    for (const one of later) options.leaveOut(one);
    return {
      images: templates.map(({ image }) => image.path),
      shared,
      freed: Math.max(0, roomOn(templates) - before),
      leftOut: [...leftOut, ...later],
    };
  });
}

/** Finds the same, and changes nothing. */
export function plannedDedupe(all: readonly TemplateFiles[], options: DedupeOptions): Promise<InCommon[]> {
  return withRuns(all, options, async ({ templates, runs }) => {
    const pathOf = (index: number) => templates[index]?.image.path ?? '';
    const bytes = new Map<string, InCommon>();
    for (const { source, destination, blocks } of runs) {
      const key = `${source.image} ${destination.image}`;
      const sum = bytes.get(key) ?? {
        source: pathOf(source.image),
        destination: pathOf(destination.image),
        bytes: 0,
      };
      bytes.set(key, { ...sum, bytes: sum.bytes + blocks * BLOCK });
    }
    return [...bytes.values()];
  });
}

async function withRuns<Result>(
  all: readonly TemplateFiles[],
  { rate, nameUser, progress, leaveOut }: DedupeOptions,
  action: (found: Found, leftOut: LeftOut[]) => Promise<Result>,
): Promise<Result> {
  const { unused, leftOut } = await unusedOf(templatesToShare(all), nameUser);
  for (const one of leftOut) leaveOut(one);
  if (unused.length < 2)
    throw new Refusal(
      `${unused.length === 0 ? 'none' : 'only one'} of ${all.length} templates is unused, and there have to be two: ` +
        'stop what uses the others, then try again',
    );
  return withOpenTemplates(unused, async templates => {
    const known = await readBlocks(templates, progress, new Pace(rate));
    return action({ templates, known, runs: runsInCommon(known) }, leftOut);
  });
}

/** What is left on the filesystem that all of them are on, when it has taken note of everything. */
function roomOn(templates: readonly OpenTemplate[]): number {
  const [first] = templates;
  if (first === undefined) return 0;
  addon().syncFilesystem(first.descriptor);
  return addon().filesystemRoom(first.image.path).available;
}
