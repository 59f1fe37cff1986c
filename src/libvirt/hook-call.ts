import { usageError } from '../words/refusal.ts';

/** The drivers of libvirt that have a hook of ours. */
export type Driver = 'qemu' | 'libxl';

/** What libvirt calls a hook with: https://libvirt.org/hooks.html, "Script arguments". */
export interface HookCall {
  driver: Driver;
  /** The domain's name, whatever characters are in it. */
  guest: string;
  /** The operation and the sub-operation, as `prepare begin`. */
  operation: string;
}

export const LIBVIRT_HOOK_USAGE =
  'block-snapshot-qemu|block-snapshot-libxl GUEST OPERATION SUB-OPERATION EXTRA';

/** @throws Refusal for anything but the four arguments of a hook */
export function hookCall(driver: Driver, parameters: readonly string[]): HookCall {
  const [guest, operation, subOperation] = parameters;
  if (guest === undefined || operation === undefined || subOperation === undefined || parameters.length !== 4)
    throw usageError(
      `this is libvirt's hook for ${driver}, which calls it with the domain XML on standard input: usage: ${LIBVIRT_HOOK_USAGE}`,
    );
  return { driver, guest, operation: `${operation} ${subOperation}` };
}
