import type { LoopClaim } from '../../claims/loop-claims.ts';
import { imageKey } from '../../devices/plan/image-key.ts';
import { imageOfDirty } from '../../devices/plan/reflink-names.ts';
import { parseReflinkRequest } from '../../devices/request/reflink-request.ts';
import { versionUnder } from '../../reflink/made-anew.ts';
import { Refusal } from '../../words/refusal.ts';
import type { CloneDevice, LoopDevice } from '../facts.ts';
import { quietStatus } from './attached-loops.ts';

/** Those of the loop devices that are of disks which are clones: by what their files are called. */
export function readClones(loops: readonly LoopDevice[], claims: readonly LoopClaim[]): CloneDevice[] {
  return loops.flatMap(loop => {
    const { path, place } = loop.file;
    const image = path === undefined ? undefined : imageOfDirty(path);
    if (path === undefined || image === undefined || place !== 'present') return [];
    const version = versionUnder({ dirty: path });
    const claim = claims.find(({ node }) => node === loop.node);
    const source = claim && sourceOf(claim);
    const status = source === undefined ? undefined : quietStatus(source);
    const newest =
      status === undefined || status === 'nothing' ? undefined : imageKey(status.device, status.inode);
    const type = claim?.type ?? (version === undefined ? 'reflink-origin' : 'reflink');
    return [{ loop, type, image, source, version, newest }];
  });
}

/** Undefined where the record names none, or nothing that could be one. */
function sourceOf({ type, parameters }: LoopClaim): string | undefined {
  try {
    return parseReflinkRequest(type, parameters).source?.path;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
