import { requireImage } from '../devices/kernel/images.ts';
import { descriptorSectors, openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { type Bytes, bytes, SECTOR_BYTES } from '../devices/plan/units.ts';
import { volatileSize } from '../devices/plan/volatile-size.ts';
import { imagePath } from '../devices/request/image-path.ts';

/** What a VM whose root is an image may write, in bytes. */
export interface VolatileDisk {
  /** The image's path. */
  image: string;
  root: Bytes;
  swap: Bytes;
  /** How large the disk has to be. */
  volatile: Bytes;
}

/**
 * How large the volatile disk has to be of a VM whose root is this image, a file or a block device.
 * @param swap in bytes
 * @throws Refusal where the image is not there, or can be none
 */
export function volatileDiskFor(path: string, swap: number): VolatileDisk {
  const image = requireImage(imagePath('base', path));
  const root =
    image.device === undefined
      ? image.size
      : bytes(withDescriptor(openImage(image, 'read'), descriptorSectors) * SECTOR_BYTES);
  return { image: image.path, root, swap: bytes(swap), volatile: volatileSize(root, bytes(swap)) };
}
