import type { Image } from '../../devices/kernel/images.ts';
import { mountOf } from '../../devices/kernel/mounts.ts';
import { addon } from '../../native/addon.ts';
import { Refusal, usageError } from '../../words/refusal.ts';
import { findTemplate, type Template, type TemplateFiles } from '../template-files.ts';
import { requireUnusedTemplate } from '../trim.ts';
import { type NameUser, openImageToWrite } from '../users.ts';
import { whenFree } from '../when-free.ts';

/** A template whose image is open, for reading and writing. */
export interface OpenTemplate extends Template {
  descriptor: number;
}

/** A template that is in use, and why it was not looked at. */
export interface LeftOut {
  template: Template;
  reason: string;
}

/** BTRFS_SUPER_MAGIC of linux/magic.h, and XFS_SUPER_MAGIC: the filesystems whose sharing is tried, times of files and all. */
export const BTRFS = 0x9123683e;
const SHARING: readonly number[] = [0x58465342, BTRFS];

/**
 * Finds templates whose blocks may be shared.
 * @throws Refusal when there are fewer than two, two are the same, or one cannot share with another
 */
export function templatesToShare(all: readonly TemplateFiles[]): Template[] {
  if (all.length < 2) throw usageError('give two templates at least: what they have in common is looked for');
  const templates = all.map(findTemplate);
  for (const [index, { image }] of templates.entries()) {
    const same = templates.slice(0, index).find(other => other.image.key === image.key);
    if (same !== undefined)
      throw new Refusal(
        `${same.image.path} and ${image.path} are the same file: give templates that are not the same`,
      );
    if (image.device !== undefined)
      throw new Refusal(
        `template ${image.path} is a block device, which shares nothing with another: leave it out`,
      );
  }
  return templates;
}

/** Those of them that nobody uses, and why the others are left out. */
export async function unusedOf(
  templates: readonly Template[],
  nameUser: NameUser,
): Promise<{ unused: Template[]; leftOut: LeftOut[] }> {
  const unused: Template[] = [];
  const leftOut: LeftOut[] = [];
  for (const template of templates)
    try {
      await whenFree(template, () => requireUnusedTemplate(template.image, nameUser));
      unused.push(template);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      leftOut.push({ template, reason: error.message });
    }
  return { unused, leftOut };
}

/** Runs an action while the images of templates are open. @throws Refusal where they cannot share blocks */
export async function withOpenTemplates<Result>(
  templates: readonly Template[],
  action: (open: readonly OpenTemplate[]) => Promise<Result>,
): Promise<Result> {
  const open: OpenTemplate[] = [];
  try {
    for (const template of templates)
      open.push({ ...template, descriptor: openImageToWrite(template.image) });
    requireSharing(open);
    return await action(open);
  } finally {
    for (const { descriptor } of open) addon().closeFile(descriptor);
  }
}

function requireSharing(open: readonly OpenTemplate[]): void {
  const [first] = open;
  if (first === undefined) return;
  for (const { image, descriptor } of open) {
    if (!SHARING.includes(addon().filesystemType(descriptor))) throw cannotShare(image);
    const [mount, other] = [mountOf(image.path), mountOf(first.image.path)];
    if (mount !== undefined && other !== undefined && mount.superblock !== other.superblock)
      throw anotherFilesystem(first.image, image);
    if (isInPlace(descriptor) !== isInPlace(first.descriptor)) throw notOfAKind(first.image, image);
  }
}

/** XFS knows no such flag. */
function isInPlace(descriptor: number): boolean {
  return addon().isNoCopyOnWrite(descriptor);
}

/** @param code what the kernel said, where it was asked */
export function cannotShare({ path }: Image, code?: string): Refusal {
  const type = mountOf(path)?.type ?? 'a filesystem';
  const said = code === undefined ? '' : ` (${code})`;
  return new Refusal(
    `template ${path} is on ${type}, where files cannot share blocks${said}: ` +
      'that takes XFS (made with reflink=1) or btrfs',
  );
}

export function anotherFilesystem(one: Image, other: Image): Refusal {
  return new Refusal(
    `${one.path} and ${other.path} are on two filesystems, which share nothing: give templates that are on one`,
  );
}

function notOfAKind(one: Image, other: Image): Refusal {
  return new Refusal(
    `of ${one.path} and ${other.path} one is written in place (nodatacow) and one is not: btrfs shares ` +
      'blocks of two of a kind alone; copy one to a new file of the other kind',
  );
}
