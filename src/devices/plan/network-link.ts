// What the place of a block device in sysfs says of it: the text that a link of /sys/dev/block leads to.

/** NBD, RBD and AoE by their driver's names, partitions of them as well; SCSI by its transport (iSCSI, Fibre Channel). */
const ON_NETWORK = [/\/block\/(?:nbd|rbd)\d/, /\/block\/etherd!/, /\/session\d+\/target/, /\/rport-\d/];

/** Whether a block device is reached over a network itself. */
export function isOnNetwork(link: string): boolean {
  return ON_NETWORK.some(form => form.test(link));
}

/** Whether it is made of others, which sysfs lists as its slaves: by device-mapper, or by md. */
export function isMadeOfOthers(link: string): boolean {
  return /\/block\/(?:dm-|md)[^/]*$/.test(link);
}

/** Whether it is a loop device: not a partition of one. */
export function isLoop(link: string): boolean {
  return /\/block\/loop\d+$/.test(link);
}
