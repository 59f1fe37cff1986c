// Templates of either kind with former versions, for what makes one kind of the other.
import { rmSync } from 'node:fs';
import { commitReflink } from '../../../../src/reflink/commit.ts';
import { versionsOf } from '../../../../src/reflink/versions.ts';
import { volumeOf } from '../../../../src/reflink/volume.ts';
import type { TemplateKind } from '../../../../src/templates/convert/conversion.ts';
import { type Converted, convert } from '../../../../src/templates/convert/convert.ts';
import { templateFiles } from '../../../../src/templates/template-files.ts';
import { hashOf, makeImage, newFolder, statKey, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, revertHere, revisionsHere, runTemplate } from '../life/in-process.ts';
import { must } from '../programs.ts';
import { cleanedUp, prepared, type Scene } from './world.ts';

const silent = { start: () => {}, update: () => {}, end: () => {} };

export const cowOf = ({ root }: Pick<Scene, 'root'>) => root.replace(/\.img$/, '-cow.img');

/** The same code as the executable's, in this process. */
export function convertHere(root: string, kind: TemplateKind): Promise<Converted> {
  return convert(templateFiles(root), kind, attachment => `VM disk ${attachment}`, silent);
}

/** Where each run writes: in part where others do, and not at the beginning of a chunk. */
const RUNS = [
  [0, 200_000],
  [100_000, 300_000],
  [700_000, 5000],
] as const;

/** Commits runs of a template. @returns the hash of each version, from the present one to the oldest */
export function runsOfSnapshots(scene: Scene): string[] {
  const { root } = scene;
  const hashes = [scene.hash];
  for (const change of RUNS) {
    runTemplate(root, makeCow(scene), change);
    commitHere(root, { revisions: 9 });
    hashes.unshift(hashOf(root));
  }
  return hashes;
}

/** The first start makes it; here nothing has started yet. */
function makeCow(scene: Scene): string {
  const cow = cowOf(scene);
  cleanupHere('snapshot', prepareHere('snapshot', scene.root, cow));
  return cow;
}

/** The same of a template of clones. */
export function runsOfClones(scene: Scene): string[] {
  const { root } = scene;
  const hashes = [scene.hash];
  for (const [position, length] of RUNS) {
    const node = prepared('reflink-origin', root);
    writeRandomAt(node, position, length);
    hashes.unshift(hashOf(node));
    cleanedUp('reflink-origin', node);
    commitReflink(volumeOf({ role: 'template', path: root }), { revisions: 9 });
  }
  return hashes;
}

export const RUNS_OF: Readonly<Record<TemplateKind, (scene: Scene) => string[]>> = {
  snapshot: runsOfSnapshots,
  reflink: runsOfClones,
};

export const OTHER: Readonly<Record<TemplateKind, TemplateKind>> = {
  snapshot: 'reflink',
  reflink: 'snapshot',
};

/** The hashes of all versions of a template of clones, the present one first. */
export function hashesOfClones({ root }: Scene): string[] {
  return versionsOf(volumeOf({ role: 'template', path: root })).map(({ path }) => hashOf(path));
}

/**
 * The same of one of snapshots, as the kernel shows them: each undo on what those before it make of the image, which nothing writes to. The
 * undos are looked at as they are: each is proved to belong to what it lies on.
 */
export function hashesOfSnapshots({ root }: Scene): string[] {
  const undos = revisionsHere(root).map(({ path }) => path);
  const hashes = [hashOf(root)];
  for (let count = 1; count <= undos.length; count++) {
    const folder = newFolder();
    const top = makeImage(`${folder}/top`, 1 << 20);
    const node = prepareHere('snapshot', root, ...undos.slice(0, count), top);
    hashes.push(hashOf(node));
    cleanupHere('snapshot', node);
    rmSync(folder, { recursive: true });
  }
  return hashes;
}

export const HASHES_OF: Readonly<Record<TemplateKind, (scene: Scene) => string[]>> = {
  snapshot: hashesOfSnapshots,
  reflink: hashesOfClones,
};

/** Goes back over all runs. @returns the hash of what is the present version then */
export async function goneBack({ root }: Scene, kind: TemplateKind, runs: number): Promise<string> {
  if (kind === 'snapshot') await revertHere(root, runs);
  else must('mv', versionsOf(volumeOf({ role: 'template', path: root }))[runs]?.path ?? '', root);
  return hashOf(root);
}

export { statKey };
