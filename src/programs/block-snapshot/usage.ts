import { usageError } from '../../words/refusal.ts';

export const PREPARE_USAGE =
  'block-snapshot prepare snapshot|origin|reflink|reflink-origin IMAGES [--force] [--dry-run]';
export const CLEANUP_USAGE = 'block-snapshot cleanup snapshot|origin|reflink|reflink-origin NODE [--dry-run]';
export const CREATE_SNAPSHOT_USAGE = 'create-snapshot snapshot-...|origin-... BASE COW [COW2...]';
export const DESTROY_SNAPSHOT_USAGE = 'destroy-snapshot /dev/mapper/NAME';
export const HOTPLUG_USAGE = 'block-snapshot|block-origin|block-reflink|block-reflink-origin add|remove';

/** Exactly these arguments, no fewer and no more. */
export function requireArguments(given: readonly string[], count: number, usage: string): void {
  if (given.length < count) throw usageError(`missing argument: usage: ${usage}`);
  if (given.length > count) throw usageError(`too many arguments: usage: ${usage}`);
}
