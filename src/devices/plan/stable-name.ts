/** Names that go by what is written on a disk, which its versions have in common, or by a number of this boot. */
const BY_CONTENT = /^\/dev\/(?:disk\/by-(?:uuid|label|partuuid|partlabel|diskseq)|block|char|loop)\//;

/**
 * Whether a path is one by which the same disk is found at any time: in a folder of /dev, where drivers and udev keep names by
 * what a disk is (/dev/rbd/POOL/IMAGE@SNAP, /dev/disk/by-id, /dev/disk/by-path, /dev/VG/LV). Those in /dev itself are numbered as
 * devices come.
 * @param path with a folder that is none but by its own name
 */
export function isStableName(path: string): boolean {
  return /^\/dev\/[^/]+\//.test(path) && !BY_CONTENT.test(path);
}
