import { nodeOf } from '../devices/plan/device-names.ts';
import type { Image, User } from '../overview/overview.ts';
import { imageText, userText } from '../overview/text/names.ts';

/** What names something that is its owner's alone: a report that is sent has a number in its place. */
export interface Private {
  what: 'path' | 'VM' | 'record' | 'text';
  text: string;
}

/** A text that knows which of its parts are private. */
export type Said = readonly (string | Private)[];

/** A text with what is put into it: `said`${path(image)} is full``. */
export function said(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Private | Said)[]
): Said {
  return strings.flatMap((text, index) => {
    const value = values[index];
    if (value === undefined) return [text];
    if (typeof value === 'string' || typeof value === 'number') return [text, String(value)];
    return 'what' in value ? [text, value] : [text, ...value];
  });
}

export function path(text: string): Private {
  return { what: 'path', text };
}

/** What somebody else has worded, with whatever names are in it. */
export function words(text: string): Private {
  return { what: 'text', text };
}

export function record(text: string): Private {
  return { what: 'record', text };
}

/** The image as list calls it. */
export function image(of: Image): Private {
  return path(imageText(of));
}

/** Who it is, as list says it; processes are nobody's secret, names of volumes may be. */
export function user(of: User): string | Private {
  const text = userText(of);
  if (of.kind === 'vm' || of.kind === 'libvirt') return { what: 'VM', text };
  return of.kind === 'process' ? text : path(text);
}

/** Several, with commas between them; `nobody` for none. */
export function users(all: readonly User[]): Said {
  if (all.length === 0) return ['nobody'];
  return all.flatMap((one, index) => (index === 0 ? [user(one)] : [', ', user(one)]));
}

/** The node of a device of ours: numbers, and no name that anybody has chosen. */
export function node(name: string): string {
  return nodeOf(name);
}
