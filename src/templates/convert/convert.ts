import { removeIfThere, statusIfThere } from '../../devices/kernel/if-there.ts';
import { noRoomText } from '../../devices/kernel/room.ts';
import { isSystemError } from '../../native/system-error.ts';
import { templateOfClones } from '../../reflink/template.ts';
import { volumeOf } from '../../reflink/volume.ts';
import type { Progress } from '../../words/progress.ts';
import { Refusal } from '../../words/refusal.ts';
import { betweenOperations, withOperation } from '../operation-lock.ts';
import { linkRevisions } from '../revisions.ts';
import { findTemplate, type TemplateFiles } from '../template-files.ts';
import type { NameUser } from '../users.ts';
import { carryOut } from './carry-out.ts';
import { type Conversion, type TemplateKind, underLocks } from './conversion.ts';
import { dropLeftOver } from './left-over.ts';
import { planToClones, TO_CLONES } from './to-clones.ts';
import { planToSnapshots, TO_SNAPSHOTS } from './to-snapshots.ts';

/** What became of a conversion. */
export interface Converted {
  /** The path of its image. */
  image: string;
  kind: TemplateKind;
  /** Why nothing was done; undefined where it was. */
  reason: string | undefined;
  /** The former versions, or the undos that lead there: what was made, the last one first. */
  revisions: string[];
}

/** Which kind a template is by what lies beside it; undefined where nothing says so: what starts on it first decides. */
export function kindOf({ image, cow }: TemplateFiles): TemplateKind | undefined {
  if (statusIfThere(cow.path) !== undefined) return 'snapshot';
  return templateOfClones(image.path) === undefined ? undefined : 'reflink';
}

/**
 * Makes a template one of the other kind, with all versions that can be gone back to. Its image stays the file that it is, and no byte
 * of it changes. Ended at any point, it leaves a template that is of one kind or the other, whole; what lies beside it then of the
 * other kind, the next call removes.
 * @throws Refusal, with the template of the kind that it was, where it cannot be done
 */
export async function convert(
  files: TemplateFiles,
  kind: TemplateKind,
  nameUser: NameUser,
  progress: Progress,
): Promise<Converted> {
  const conversion: Conversion = { ...look(files), nameUser, progress };
  const { template } = conversion;
  return withOperation(template.image, 'a conversion', async () => {
    const reason = reasonForNone(files, kind);
    const revisions = reason === undefined ? await converted(conversion, kind) : [];
    clear(conversion, files, kind);
    return { image: template.image.path, kind, reason, revisions };
  });
}

async function converted(conversion: Conversion, kind: TemplateKind): Promise<string[]> {
  const { image } = conversion.template;
  try {
    return await (kind === 'reflink' ? carryOut(TO_CLONES, conversion) : carryOut(TO_SNAPSHOTS, conversion));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = noRoomText(error, image.path, image.size) ?? `${error.message}: mend that`;
    throw new Refusal(
      `template ${image.path} could not be converted, and stays of the kind that it is: ${reason}`,
    );
  }
}

/** Removes what is of no use any more, and links that people have to it. */
function clear(conversion: Conversion, files: TemplateFiles, kind: TemplateKind): void {
  const { image, cow } = conversion.template;
  try {
    underLocks(conversion, () => dropLeftOver(image.path, cow.path));
    linkRevisions(files);
    if (kind === 'reflink' && files.linked !== undefined) removeIfThere(files.linked);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new Refusal(
      `template ${image.path} is of type ${kind} now, and what is of no use any more could not be removed: ${error.message}: ` +
        'mend that, and the same command removes it',
    );
  }
}

/**
 * What a conversion would do at this moment, a line each.
 * @throws Refusal where it would be refused, but for what the filesystem says of it
 */
export function plannedConversion(
  files: TemplateFiles,
  kind: TemplateKind,
  nameUser: NameUser,
): Promise<string[]> {
  const { template, volume } = look(files);
  const conversion = { template, volume, nameUser };
  return betweenOperations(template.image, () => {
    const reason = reasonForNone(files, kind);
    if (reason !== undefined) return [`nothing to convert: ${reason}`];
    return underLocks(conversion, () => plannedFiles(conversion, kind));
  });
}

function plannedFiles(conversion: Parameters<typeof planToClones>[0], kind: TemplateKind): string[] {
  const { image, cow } = conversion.template;
  if (kind === 'reflink') {
    const versions = planToClones(conversion);
    return [
      ...versions.map(
        ({ path, undo, kept }, index) =>
          `file: make ${path}, ${versions[index - 1]?.path ?? image.path} with the ${kept} bytes that ${undo} keeps`,
      ),
      `file: remove ${cow.path}`,
      ...versions.map(({ undo }) => `file: remove ${undo}`),
    ];
  }
  const undos = planToSnapshots(conversion);
  return [
    ...undos.map(
      ({ path, former, after }) => `file: make ${path}, what ${former.path} has else than ${after.path}`,
    ),
    `file: make ${cow.path}, empty`,
    ...undos.map(({ former }) => `file: remove ${former.path}`),
  ];
}

function look(files: TemplateFiles): Pick<Conversion, 'template' | 'volume'> {
  const template = findTemplate(files);
  const { image } = template;
  if (image.device !== undefined)
    throw new Refusal(
      `template ${image.path} is a block device: only templates in image files are converted`,
    );
  return { template, volume: volumeOf(image) };
}

function reasonForNone(files: TemplateFiles, kind: TemplateKind): string | undefined {
  const is = kindOf(files);
  if (is === kind) return kind === 'reflink' ? 'it is one of clones' : 'it is one of snapshots';
  return is === undefined && kind === 'reflink'
    ? 'nothing makes it one of snapshots, and what starts on it first decides'
    : undefined;
}
