/** `major:minor` in decimal, as device-mapper's tables have it. */
export type DeviceNumber = string & { readonly kind: 'device number' };

export function deviceNumber(major: number, minor: number): DeviceNumber {
  return `${major}:${minor}` as DeviceNumber;
}

/** From st_rdev, by the encoding of gnu_dev_major and gnu_dev_minor (man 3 makedev). */
export function deviceNumberOf(rdev: bigint): DeviceNumber {
  const major = ((rdev >> 32n) & 0xfffff000n) | ((rdev >> 8n) & 0xfffn);
  const minor = ((rdev >> 12n) & 0xffffff00n) | (rdev & 0xffn);
  return `${major}:${minor}` as DeviceNumber;
}
