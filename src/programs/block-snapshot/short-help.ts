import { LIBVIRT_HOOK_USAGE } from '../../libvirt/hook-call.ts';
import {
  CLEANUP_USAGE,
  CREATE_SNAPSHOT_USAGE,
  DESTROY_SNAPSHOT_USAGE,
  HOTPLUG_USAGE,
  PREPARE_USAGE,
} from './usage.ts';

const USAGES: ReadonlyMap<string, string> = new Map([
  ['prepare', PREPARE_USAGE],
  ['cleanup', CLEANUP_USAGE],
  ['create-snapshot', CREATE_SNAPSHOT_USAGE],
  ['destroy-snapshot', DESTROY_SNAPSHOT_USAGE],
  ['add', HOTPLUG_USAGE],
  ['remove', HOTPLUG_USAGE],
  ['block-snapshot-qemu', LIBVIRT_HOOK_USAGE],
  ['block-snapshot-libxl', LIBVIRT_HOOK_USAGE],
  ['qemu', LIBVIRT_HOOK_USAGE],
  ['libxl', LIBVIRT_HOOK_USAGE],
]);

/** What the small program can say by itself of one of its commands; of all of them where it has none of that name. */
export function usagesOf(topic: string): string[] {
  const usage = USAGES.get(topic);
  return usage === undefined ? [...new Set(USAGES.values())] : [usage];
}
