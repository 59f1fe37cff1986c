// derive and dedupe, called in this process: see ../in-process.ts.
import { type Deduped, type DedupeOptions, dedupe } from '../../../../src/templates/dedupe/dedupe.ts';
import { type Derived, derive, deriveByCopying } from '../../../../src/templates/derive/derive.ts';
import { templateFiles } from '../../../../src/templates/template-files.ts';
import '../programs.ts';

const nameUser = (attachment: string) => `VM disk ${attachment}`;
const silent = { start: () => {}, update: () => {}, end: () => {} };

export function deriveHere(template: string, place: string): Derived {
  return derive(templateFiles(template), place, nameUser);
}

export function copyHere(template: string, place: string, update = (_done: number) => {}): Promise<Derived> {
  return deriveByCopying(templateFiles(template), place, nameUser, { ...silent, update });
}

export function dedupeHere(
  images: readonly string[],
  options: Partial<DedupeOptions> = {},
): Promise<Deduped> {
  return dedupe(images.map(templateFiles), {
    rate: Number.POSITIVE_INFINITY,
    nameUser,
    progress: silent,
    leaveOut: () => {},
    ...options,
  });
}
