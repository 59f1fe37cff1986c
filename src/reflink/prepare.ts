import { claimLoop, type LoopClaim, loopClaims, requireOnlyOne } from '../claims/loop-claims.ts';
import type { Access, Holder } from '../claims/sharing.ts';
import { withLocks } from '../devices/kernel/base-lock.ts';
import { fitForVms } from '../devices/kernel/direct-io.ts';
import { withHeldDescriptors } from '../devices/kernel/held-descriptors.ts';
import { findImage, type Image, isStillThere, requireImage } from '../devices/kernel/images.ts';
import { requireNotHeld } from '../devices/kernel/in-the-way.ts';
import { attachLoop, type OpenLoop } from '../devices/kernel/loop-devices.ts';
import { openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { glance } from '../devices/kernel/patience.ts';
import { Undo } from '../devices/kernel/undo.ts';
import { requireNoOperation } from '../devices/operations.ts';
import { SECTOR_BYTES } from '../devices/plan/units.ts';
import type { ReflinkType } from '../devices/request/device-types.ts';
import type { ReflinkRequest } from '../devices/request/reflink-request.ts';
import { addon } from '../native/addon.ts';
import { warn } from '../words/complaint.ts';
import { Refusal } from '../words/refusal.ts';
import { makeFiles } from './files.ts';
import { findLoop, keepLoop, letGo } from './loop.ts';
import { requireKept, requireReplaceable } from './made-anew.ts';
import { requireNoCow, type Volume, volumeOf, volumeOfImage } from './volume.ts';

/** How often the file at a path may be exchanged while this waits for its lock. */
const ATTEMPTS = 10;

/** A disk that is a clone, as all who come by it need to know it. */
export interface ReflinkDevice {
  /** /dev/loopN */
  node: string;
  identity: { type: ReflinkType };
}

/** A disk of a VM that the device is for. */
export interface ReflinkAttachment {
  /** What its records are called. */
  key: string;
  /** The request as it was given. */
  parameters: string;
  access: Access;
  /** Whether the access is recorded, because nobody else knows it. */
  recordsAccess?: boolean;
  /** Undefined where a disk is gone and its claim is nobody's. */
  holderOf: (claim: LoopClaim) => Holder | undefined;
}

export interface ReflinkOptions {
  /** Without it, a person asks. */
  attachment?: ReflinkAttachment;
  /** Called under the disk's lock when the device is there; when it throws, what was made goes again. */
  ready?: (device: ReflinkDevice) => void;
}

/**
 * Makes a disk that is a clone, with its loop device, or finds that it is there.
 * @throws Refusal, with nothing of this call left and nothing of others touched
 */
export function prepareReflink(request: ReflinkRequest, options: ReflinkOptions = {}): ReflinkDevice {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { volume, parent } = lookAt(request);
    const device = withLocks([volume.lock, parent.key], () =>
      isAsItWas(request, volume, parent) ? new Making(request, volume, parent, options).run() : undefined,
    );
    if (device !== undefined) return device;
  }
  throw new Refusal(
    `${request.disk.role} ${request.disk.path} is replaced by another file again and again: try later`,
  );
}

/** @returns the disk, and what its clone is made of: its own newest version where it has one and goes on with it */
export function lookAt({ source, disk, keep }: ReflinkRequest): { volume: Volume; parent: Image } {
  if (source === undefined) {
    const parent = requireFile(requireImage(disk));
    return { volume: volumeOfImage(parent), parent };
  }
  const volume = volumeOf(disk);
  const own = keep ? findImage({ role: 'disk', path: volume.image }) : undefined;
  return { volume, parent: requireFile(own ?? requireImage(source)) };
}

function requireFile(image: Image): Image {
  const { role, path, device, size } = image;
  if (device !== undefined) throw new Refusal(`${role} ${path} is a block device: only files can be cloned`);
  if (size % SECTOR_BYTES !== 0)
    warn(`the last ${size % SECTOR_BYTES} bytes of ${role} ${path} are no full sector: no VM will see them`);
  return image;
}

/** Asked under the locks, for which it may have been waited. */
function isAsItWas({ keep }: ReflinkRequest, volume: Volume, parent: Image): boolean {
  const isOfOthers = parent.role === 'source';
  return isStillThere(parent) && !(keep && isOfOthers && addon().fileStatus(volume.image) !== null);
}

/** One call of prepareReflink, under its locks. */
class Making {
  readonly #request: ReflinkRequest;
  readonly #volume: Volume;
  readonly #parent: Image;
  readonly #options: ReflinkOptions;
  readonly #undo = new Undo();

  constructor(request: ReflinkRequest, volume: Volume, parent: Image, options: ReflinkOptions) {
    this.#request = request;
    this.#volume = volume;
    this.#parent = parent;
    this.#options = options;
  }

  run(): ReflinkDevice {
    const source = volumeOfImage(this.#parent);
    requireNoCow(this.#parent, source.image);
    requireNoOperation(this.#parent);
    if (this.#request.keep) requireKept(this.#volume);
    else requireReplaceable(this.#volume, source);
    return this.#undo.guard(() => {
      const node = this.#useWhatIsThere() ?? this.#make(source);
      const device = { node, identity: { type: this.#request.type } };
      this.#options.ready?.(device);
      return device;
    });
  }

  /** @returns the loop device that the disk has already; undefined where it has none, or had one that was nobody's */
  #useWhatIsThere(): string | undefined {
    const [node, isUsed] = withHeldDescriptors(held => {
      const loop = findLoop(this.#volume, held);
      if (loop === undefined) return [undefined, false];
      const uses = this.#isItsOwn(loop.path);
      if (uses) this.#use(loop);
      return [loop.path, uses];
    });
    if (node === undefined || isUsed) return node;
    if (letGo(node, this.#volume, glance())) return undefined;
    keepLoop(node);
    throw new Refusal(
      `disk ${this.#volume.dirty} is in use through ${node}, by no VM disk that is recorded: see fuser -v ${node}, and ` +
        `block-snapshot cleanup reflink ${node}`,
    );
  }

  /**
   * Whether a loop device that is there is the disk that is asked for. A person gets what was prepared for him; a VM that starts
   * goes on with a disk that is kept, or shares one; of a disk that is made anew what is nobody's was left behind.
   */
  #isItsOwn(node: string): boolean {
    const { attachment } = this.#options;
    if (attachment === undefined) return true;
    const claims = loopClaims(attachment.key).filter(claim => claim.node === node);
    requireOnlyOne(node, attachment.access, claims, attachment.holderOf);
    return this.#request.keep || claims.some(claim => attachment.holderOf(claim) !== undefined);
  }

  #use(loop: OpenLoop): void {
    const { attachment } = this.#options;
    fitForVms({ ...this.#parent, role: 'disk', path: this.#volume.dirty }, loop);
    // A command that was killed while it took it down may have left it about to go.
    addon().keepLoop(loop.descriptor);
    if (attachment === undefined) return;
    requireNotHeld(loop.path, loop.device, attachment.access !== 'read');
    this.#claim(loop.path);
  }

  #make(source: Volume): string {
    makeFiles(this.#request, { volume: this.#volume, source, parent: this.#parent }, this.#undo);
    const disk = requireImage({ role: 'disk', path: this.#volume.dirty });
    return withHeldDescriptors(held => {
      const { path } = withDescriptor(openImage(disk, 'write'), file =>
        attachLoop(disk, file, false, held, node => this.#claim(node)),
      );
      this.#undo.addUppermost(() => letGo(path, this.#volume, 0));
      return path;
    });
  }

  /** The record comes before the device: what is made is claimed already, and is found after a kill. */
  #claim(node: string): void {
    const { attachment } = this.#options;
    if (attachment === undefined) return;
    const { key, parameters, access, recordsAccess } = attachment;
    const device = { node, identity: { type: this.#request.type } };
    const forget = claimLoop(key, recordsAccess ? { parameters, device, access } : { parameters, device });
    this.#undo.add(forget);
  }
}
