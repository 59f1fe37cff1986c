import { type HeldDescriptors, withHeldDescriptors } from '../devices/kernel/held-descriptors.ts';
import { statusIfThere } from '../devices/kernel/if-there.ts';
import { findLoops, LOOP_AUTOCLEAR, LOOP_READ_ONLY, type OpenLoop } from '../devices/kernel/loop-devices.ts';
import { backingFile, DELETED } from '../devices/kernel/loop-questions.ts';
import { openToRead, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { patience } from '../devices/kernel/patience.ts';
import { imageKey } from '../devices/plan/image-key.ts';
import { host } from '../host/host.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { imageOf, type Volume } from './volume.ts';

/** Milliseconds between two looks whether a loop device has gone. */
const PAUSE = 10;

/**
 * The loop device through which a disk is in use, or was left by a command that was killed, held open; undefined where there is none.
 * @throws Refusal where it is somebody's that a VM cannot have
 */
export function findLoop(volume: Volume, held: HeldDescriptors): OpenLoop | undefined {
  const status = statusIfThere(volume.dirty);
  if (status === undefined) return undefined;
  const image = imageOf('disk', volume.dirty, status);
  const loop = findLoops([image], held).get(image.key);
  if (loop !== undefined && (loop.flags & LOOP_READ_ONLY) !== 0)
    throw new Refusal(
      `disk ${volume.dirty} is attached read-only to ${loop.path} by somebody who looks into it: detach that first ` +
        `(losetup -d ${loop.path})`,
    );
  return loop;
}

/** Whether a disk has a loop device, whoever made it. */
export function hasLoop(volume: Volume): boolean {
  const status = statusIfThere(volume.dirty);
  if (status === undefined) return false;
  return withHeldDescriptors(held => findLoops([imageOf('disk', volume.dirty, status)], held).size > 0);
}

/** What a loop device has of a disk: the file that the disk is now, one that was it before and has lost its name, or nothing of it. */
export type Serves = 'now' | 'before' | 'nothing';

/** @param node /dev/loopN */
export function servesOf(node: string, volume: Volume): Serves {
  return ifThere(node, descriptor => serves(descriptor, node, volume)) ?? 'nothing';
}

function serves(descriptor: number, node: string, { dirty }: Volume): Serves {
  const status = addon().loopStatus(descriptor);
  if (status === null) return 'nothing';
  const now = statusIfThere(dirty);
  if (now !== undefined && imageKey(now.device, now.inode) === imageKey(status.device, status.inode))
    return 'now';
  return backingFile(node.slice('/dev/'.length)) === dirty + DELETED ? 'before' : 'nothing';
}

/**
 * Lets go of a loop device that nobody has open. One that somebody has, the kernel lets go when he closes it: it goes then,
 * unless it is kept (keepLoop).
 * @param milliseconds to wait for that
 * @returns whether it has gone
 */
export function letGo(node: string, volume: Volume, milliseconds: number): boolean {
  const end = host.elapsed() + patience(milliseconds);
  for (let looks = 1; ; looks++) {
    // While it is open here, it is nobody else's by now.
    const isGone = ifThere(node, descriptor => {
      if (serves(descriptor, node, volume) === 'nothing') return true;
      addon().detachLoop(descriptor);
      return false;
    });
    if (isGone !== false) return true;
    // Newer kernels let go at the close.
    if (looks === 1) continue;
    if (host.elapsed() >= end) return false;
    addon().sleepMilliseconds(PAUSE);
  }
}

/** Whether a loop device goes by itself when nobody has it open: one that another program has made so. */
export function clearsItself(node: string): boolean {
  return (
    ifThere(node, descriptor => ((addon().loopStatus(descriptor)?.flags ?? 0) & LOOP_AUTOCLEAR) !== 0) ===
    true
  );
}

/** What is in use stays so when nobody has it open for a moment. */
export function keepLoop(node: string): void {
  ifThere(node, descriptor => {
    if (addon().loopStatus(descriptor) !== null) addon().keepLoop(descriptor);
  });
}

function ifThere<Result>(node: string, action: (descriptor: number) => Result): Result | undefined {
  let descriptor: number;
  try {
    descriptor = openToRead(node);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENXIO', 'ENODEV')) return undefined;
    throw error;
  }
  return withDescriptor(descriptor, action);
}
