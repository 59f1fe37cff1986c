import { usageError } from '../../words/refusal.ts';

/**
 * The templates of a VM's domain XML, in search order: its own, the user's, the distributor's, the default one.
 * The name must have passed checkVmName.
 */
export function domainTemplateNames(vmName: string): string[] {
  return [
    `libvirt/xen/by-name/${vmName}.xml`,
    'libvirt/xen-user.xml',
    'libvirt/xen-dist.xml',
    'libvirt/xen.xml',
  ];
}

/** The parts that are also rendered alone, for hot-plug. */
export const PART_NAMES = ['devices/block.xml', 'devices/net.xml', 'devices/pci.xml'] as const;

export type PartName = (typeof PART_NAMES)[number];

/**
 * The template name of a part.
 * @throws Refusal for everything that is not one of PART_NAMES: the option names a file
 */
export function partTemplateName(part: string): string {
  if (!PART_NAMES.some(name => name === part)) {
    throw usageError(`--part ${JSON.stringify(part)}: no such part; there are ${PART_NAMES.join(', ')}`);
  }
  return `libvirt/${part}`;
}

// A VM's name becomes part of a path. Qubes allows fewer characters still, but libvirt hosts differ.
const VM_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** Whether the text can be a VM's name: letters, digits, `_`, `-` and `.`, at most 63, a letter or digit first. */
export function isVmName(name: string): boolean {
  return VM_NAME.test(name);
}

/** @throws Refusal for a name that no VM can have */
export function checkVmName(name: string): void {
  if (isVmName(name)) return;
  throw usageError(
    `${JSON.stringify(name)} is not a VM's name: it takes letters, digits, "_", "-" and ".", at most 63, and a letter or digit first`,
  );
}
