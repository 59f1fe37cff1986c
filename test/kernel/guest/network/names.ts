// RBD's names, which stay, stood for by links to NBD's devices.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';

const POOL = '/dev/rbd/pool';
mkdirSync(POOL, { recursive: true });

/** What RBD's rules of udev make for an image, or a snapshot of one. */
export function named(image: string, node: string): string {
  const path = `${POOL}/${image}`;
  rmSync(path, { force: true });
  symlinkSync(node, path);
  return path;
}
