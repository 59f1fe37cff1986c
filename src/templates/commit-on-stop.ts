import { configuration } from '../devices/configuration.ts';
import { findImage, realPathOf } from '../devices/kernel/images.ts';
import type { ImageKey } from '../devices/plan/image-key.ts';
import { parseStackRequest, type StackRequest } from '../devices/request/stack-request.ts';
import { Refusal } from '../words/refusal.ts';
import { commitRun } from './commit.ts';
import { overflowText } from './overflow.ts';
import { templateOf } from './template-files.ts';

/**
 * Commits the run of a template whose origin has just been removed, unless the configuration leaves that to people. The
 * caller holds the base's lock.
 * @param base the key of the origin's base
 * @param images `BASE:COW` as the origin was asked for
 * @returns what was done, in a few words for the log
 * @throws Refusal when it could not be committed
 */
export function commitOnStop(base: ImageKey, images: string): string {
  const settings = configuration();
  if (!settings.commitOnStop) return 'not committed: COMMIT_ON_STOP=no';
  const request = readImages(images);
  const cow = request?.cows[0];
  if (request === undefined || cow === undefined) return 'not committed: its record names no images';
  const image = findImage(request.base);
  // A file that was put in the place of the base has had no run.
  if (image?.key !== base) return `not committed: ${request.base.path} is another file by now`;
  const template = templateOf(image);
  if (template === undefined && image.device !== undefined)
    return `not committed: ${image.path} is a block device, whose versions its storage makes: block-snapshot commit ${image.path}`;
  const found = findImage(cow);
  if (template === undefined || (found !== undefined && realPathOf(found) !== template.cow.path))
    return `not committed: ${cow.path} is not the template's own cow`;
  const commit = commitRun(template, settings);
  if (!commit.committed) return `not committed: ${commit.reason}`;
  if (commit.overflow !== undefined)
    return `its run is ended and VMs that start see what it changed, but ${overflowText(commit.overflow)}`;
  return `committed ${commit.changed} bytes of changes`;
}

/** Undefined for what no disk can have been attached with: a record that was tampered with must not stay for ever. */
function readImages(images: string): StackRequest | undefined {
  try {
    return parseStackRequest('origin', images);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
