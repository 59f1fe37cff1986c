/**
 * The key of an image: `D:I`, st_dev in lower-case hex and st_ino in decimal. Two paths with the same key are the
 * same file, whatever they are called. Others compute it too (qubesd, from os.stat), so its form is fixed.
 */
export type ImageKey = string & { readonly kind: 'image key' };

/** The key of a file, or of a block device's node, from the numbers that stat gives. */
export function imageKey(device: bigint, inode: bigint): ImageKey {
  return `${device.toString(16)}:${inode}` as ImageKey;
}

/** The st_dev in a key. */
export function deviceOf(key: ImageKey): bigint {
  return BigInt(`0x${key.slice(0, key.indexOf(':'))}`);
}

/** The st_ino in a key. */
export function inodeOf(key: ImageKey): bigint {
  return BigInt(key.slice(key.indexOf(':') + 1));
}

const KEY = /^[0-9a-f]{1,16}:[0-9]{1,20}$/;

/** Whether the text has the form of a key. */
export function isImageKey(text: string): text is ImageKey {
  return KEY.test(text);
}
