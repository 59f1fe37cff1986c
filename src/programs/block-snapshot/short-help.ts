import { LIBVIRT_HOOK_USAGE } from '../../libvirt/hook-call.ts';
import type { HOT_COMMANDS, HOT_PROGRAMS, LIBVIRT_HOOKS } from './run.ts';
import {
  CLEANUP_USAGE,
  CREATE_SNAPSHOT_USAGE,
  DESTROY_SNAPSHOT_USAGE,
  HOTPLUG_USAGE,
  PREPARE_USAGE,
} from './usage.ts';

/** What is hot, by the name of the command or of the program. */
export type HotName = keyof typeof HOT_COMMANDS | keyof typeof HOT_PROGRAMS | keyof typeof LIBVIRT_HOOKS;

/** How each is called: all that the small program can say of it, and what the larger one's help begins with. */
export const USAGES: Readonly<Record<HotName, string>> = {
  prepare: PREPARE_USAGE,
  cleanup: CLEANUP_USAGE,
  'create-snapshot': CREATE_SNAPSHOT_USAGE,
  'destroy-snapshot': DESTROY_SNAPSHOT_USAGE,
  add: HOTPLUG_USAGE,
  remove: HOTPLUG_USAGE,
  'block-snapshot-qemu': LIBVIRT_HOOK_USAGE,
  'block-snapshot-libxl': LIBVIRT_HOOK_USAGE,
  qemu: LIBVIRT_HOOK_USAGE,
  libxl: LIBVIRT_HOOK_USAGE,
};

/** That of one of them; of all where there is none of that name. */
export function usagesOf(topic: string): string[] {
  return Object.hasOwn(USAGES, topic) ? [USAGES[topic as HotName]] : [...new Set(Object.values(USAGES))];
}
