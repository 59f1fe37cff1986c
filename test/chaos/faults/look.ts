import { existsSync } from 'node:fs';
import { templateOfClones } from '../../../src/reflink/template.ts';
import { versionsOf } from '../../../src/reflink/versions.ts';
import { listRevisions } from '../../../src/templates/revisions.ts';
import { templateFiles } from '../../../src/templates/template-files.ts';
import { difference } from '../model/blocks.ts';
import type { Looked } from '../operations/plan.ts';

/** What can be seen of what a command that was ended has left. */
export const look: Looked = {
  revisions: image => {
    const clones = templateOfClones(image);
    return clones === undefined
      ? listRevisions(templateFiles(image).cow.path).length
      : versionsOf(clones).length - 1;
  },
  isHalfWay: image => existsSync(`${image.replace(/\.img$/, '-cow.img')}.reverting`),
  exists: existsSync,
  holds: (path, blocks) => difference(path, blocks) === undefined,
};
