const MARK_SUFFIX = '.reverting';

/**
 * The file that is there from the first step of a revert until its last, over any crash: as long as it is, the image is
 * no version of the template. What the revert has to merge lies beside it, see revertedPath.
 */
export function revertMark(cow: string): string {
  return `${cow}${MARK_SUFFIX}`;
}

/** The cow whose revert a mark is of; the same path for what is called as no mark is. */
export function cowOfMark(mark: string): string {
  return mark.endsWith(MARK_SUFFIX) ? mark.slice(0, -MARK_SUFFIX.length) : mark;
}

/** The attribute of an image that names its mark, so that it is found by another name of the image, too. */
export const REVERT_ATTRIBUTE = 'trusted.block-snapshot.reverting';

/** Where a revert puts the undo of the run that it undoes as the number-th, from 1. */
export function revertedPath(cow: string, number: number): string {
  return `${revertMark(cow)}.${number}`;
}

/**
 * What is appended to the names of a template's files when its revert is given up, so that they are kept out of the way.
 * @param at when that was
 */
export function abandonedSuffix(at: Date): string {
  return `.abandoned-${at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '')}`;
}
