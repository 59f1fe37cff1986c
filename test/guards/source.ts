import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BINDING_GUARDS } from './binding.ts';
import { CLONE_GUARDS } from './clones.ts';
import { DEVICE_GUARDS } from './devices.ts';
import { DISK_GUARDS } from './disks.ts';
import { DOCTOR_GUARDS } from './doctor.ts';
import { FAMILY_GUARDS } from './families.ts';
import type { Guard } from './guard.ts';
import { HOSTILE_GUARDS } from './hostile.ts';
import { IDENTITY_GUARDS } from './identity.ts';
import { LOOP_GUARDS } from './loops.ts';
import { NETWORK_GUARDS } from './network.ts';
import { POWER_GUARDS } from './power.ts';
import { STORE_GUARDS } from './stores.ts';
import { TEMPLATE_GUARDS } from './templates.ts';
import { VM_LAYER_GUARDS } from './vm-layer.ts';

export const GUARDS: readonly Guard[] = [
  ...LOOP_GUARDS,
  ...STORE_GUARDS,
  ...HOSTILE_GUARDS,
  ...IDENTITY_GUARDS,
  ...DEVICE_GUARDS,
  ...BINDING_GUARDS,
  ...TEMPLATE_GUARDS,
  ...FAMILY_GUARDS,
  ...DISK_GUARDS,
  ...POWER_GUARDS,
  ...VM_LAYER_GUARDS,
  ...DOCTOR_GUARDS,
  ...CLONE_GUARDS,
  ...NETWORK_GUARDS,
];

/** Where the text of a guard is in the source. */
export interface Place {
  /** Below the project's folder. */
  file: string;
  text: string;
}

/**
 * @param project its folder
 * @throws Error when the text is not in the source, or more than once
 */
export function placeOf(guard: Guard, project: string): Place {
  const found = sourcesOf(project).filter(({ text }) => text.includes(guard.from));
  const [place] = found;
  if (place === undefined || found.length > 1 || place.text.split(guard.from).length !== 2)
    throw new Error(
      `the guard "${guard.rule}" no longer applies: its text is in ${found.map(({ file }) => file).join(', ') || 'no file'} ` +
        'of src or etc/vm, and has to be there once: write it anew in test/guards',
    );
  return place;
}

const known = new Map<string, Place[]>();

function sourcesOf(project: string): Place[] {
  const below = (folder: string, pattern: RegExp) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => pattern.test(name))
      .map(name => join(folder, name));
  const sources =
    known.get(project) ??
    [...below('src', /\.(?:ts|c)$/), ...below('etc/vm', /wrap-root$|\.sh$/)].map(file => ({
      file,
      text: readFileSync(join(project, file), 'utf8'),
    }));
  known.set(project, sources);
  return sources;
}
