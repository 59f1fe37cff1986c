import { configuration } from '../devices/configuration.ts';
import { withBaseLock } from '../devices/kernel/base-lock.ts';
import { findImage, type Image } from '../devices/kernel/images.ts';
import { isOfStorage } from '../devices/plan/disk-key.ts';
import { ownCow } from '../devices/plan/own-cow.ts';
import { imagePath } from '../devices/request/image-path.ts';
import { addon } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';
import { runCommitCommand } from './commit-command.ts';
import { withOperation } from './operation-lock.ts';
import { type NameUser, requireStopped } from './users.ts';

/** How long the command that makes a version may take; milliseconds. */
const PATIENCE = 300_000;

/** A template whose versions its storage makes. */
export type BlockTemplate = Image;

/**
 * The template that is a block device, and no file's; undefined for any other, and for one that is called X.img: its runs are kept
 * in the cow beside that name.
 */
export function blockTemplate(argument: string): BlockTemplate | undefined {
  const given = imagePath('template', argument);
  if (ownCow(given.path) !== undefined) return undefined;
  const image = findImageHere(given);
  return isOfStorage(image?.device) ? image : undefined;
}

/** What is no image, and what cannot be looked at, is said by whoever reads it as a template of files. */
function findImageHere(given: ReturnType<typeof imagePath>): Image | undefined {
  try {
    return addon().fileStatus(given.path)?.kind === 'block device' ? findImage(given) : undefined;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return undefined;
  }
}

/** The command that makes a version of a block device, or what to do in words: its storage knows how. */
export function versionCommand({ path, device }: Image): string {
  const rbd = /^\/dev\/rbd\/([^@]+)$/.exec(path)?.[1];
  if (rbd !== undefined) return `rbd snap create ${rbd}@NAME`;
  const volume = device === undefined ? undefined : logicalVolume(`/sys/dev/block/${device}/dm`);
  if (volume !== undefined) return `lvcreate --snapshot --permission r --name NAME ${volume}`;
  return 'make a read-only snapshot of it with what serves it';
}

/** VG/LV of what LVM has made: by its own mark, and by the name in which it writes every hyphen twice. */
function logicalVolume(folder: string): string | undefined {
  if (addon().readText(`${folder}/uuid`)?.startsWith('LVM-') !== true) return undefined;
  const [, group, volume] =
    /^((?:[^-]|--)+)-((?:[^-]|--)+)$/.exec(addon().readText(`${folder}/name`)?.trim() ?? '') ?? [];
  return group === undefined || volume === undefined
    ? undefined
    : `${group.replaceAll('--', '-')}/${volume.replaceAll('--', '-')}`;
}

/**
 * Has the command of COMMIT_COMMAND= make a version of a block device that nobody writes to.
 * @returns the last line that it printed; undefined for nothing
 * @throws Refusal while the template runs, where there is no such command (then it tells what makes the version), or when it fails
 */
export async function commitBlockDevice(image: Image, nameUser: NameUser): Promise<string | undefined> {
  withBaseLock(image, () => requireStopped(image, nameUser));
  const command = configuration().commitCommand;
  if (command === undefined) throw new Refusal(untoldText(image));
  return withOperation(image, 'a commit', () => {
    withBaseLock(image, () => requireStopped(image, nameUser));
    return runCommitCommand(command, image.path, PATIENCE);
  });
}

/** What a commit of a block device comes to where no command is configured. */
export function untoldText(image: Image): string {
  return (
    `template ${image.path} is a block device, and its versions are its storage's: ${versionCommand(image)}; ` +
    'COMMIT_COMMAND= in /etc/block-snapshot.conf names a program that does so'
  );
}
