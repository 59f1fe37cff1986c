// What is noted on clones, damaged: what a template was derived from, what a disk was made of, and what a conversion has left.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { requireImage } from '../../../../src/devices/kernel/images.ts';
import { DERIVED_LABEL, printDerivedLabel } from '../../../../src/devices/plan/derived-label.ts';
import { addon } from '../../../../src/native/addon.ts';
import { isMadeAnew, madeOf, versionUnder } from '../../../../src/reflink/made-anew.ts';
import { CONVERTED, dropLeftOver } from '../../../../src/templates/convert/left-over.ts';
import type { Template } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { seen } from '../list/seen.ts';
import { type Scene, setAttribute } from './scene.ts';

/** What list says that a template was derived from: of a part of that nothing. */
export function derivedLabel({ root, rootCow, folder }: Template): Scene {
  const label = { from: '/var/lib/the other/root.img', made: 1_764_512_345_678 };
  const other = { ...label, from: '/x' };
  const node = prepareHere('snapshot', root, rootCow);
  return {
    whole: Buffer.from(printDerivedLabel(label)),
    others: [Buffer.from(printDerivedLabel(other)), Buffer.from('1 is=- inode=1')],
    put: content => setAttribute(root, DERIVED_LABEL, content.subarray(0, 2000)),
    named: [folder],
    use: async (tried, damage) => {
      const shown = await tried.run('list', () => seen());
      const path = shown?.templates[0]?.derivedFrom?.path;
      if (damage !== 'a named pipe' && damage.kind === 'cut' && path !== undefined)
        tried.fail(`a part of it is taken for the whole: ${path}`);
    },
    end: () => {
      addon().removeFileAttribute(root, DERIVED_LABEL);
      cleanupHere('snapshot', node);
    },
  };
}

/** What the files of a disk that is made anew say of it: it is one, and what it was made of is a key or not known. */
export function madeOfNote({ vm1, root, folder }: Template): Scene {
  const [name, value] = madeOf(requireImage({ role: 'disk', path: root }));
  return {
    whole: Buffer.from(value),
    others: [Buffer.from('700:1'), Buffer.from('1 is=- inode=1')],
    put: content => setAttribute(vm1, name, content.subarray(0, 2000)),
    named: [folder],
    use: async tried => {
      const anew = await tried.run('a look', () => isMadeAnew({ dirty: vm1 }));
      if (anew === false) tried.fail('it is taken for a disk that is kept');
      const key = await tried.run('list', () => versionUnder({ dirty: vm1 }));
      if (key !== undefined && !/^[0-9a-f]+:\d+$/.test(key)) tried.fail(`it was made of ${key}`);
    },
    end: () => addon().removeFileAttribute(vm1, name),
  };
}

/** What a conversion has left goes, whatever its mark says; and what has gone is not said to be there. */
export function leftOverNote({ root, rootCow, folder }: Template): Scene {
  const version = `${root}.1@2026-01-01T00:00:00Z`;
  return {
    whole: Buffer.from('.'),
    others: [Buffer.from('1 is=- inode=1')],
    put: content => {
      writeFileSync(version, 'a version');
      setAttribute(version, CONVERTED, content.subarray(0, 2000));
    },
    named: [folder],
    use: async tried => {
      const left = await tried.run('a conversion', () => dropLeftOver(root, rootCow));
      if (left !== undefined && existsSync(version) !== left.includes(version)) tried.fail(`left: ${left}`);
    },
    end: () => rmSync(version, { force: true }),
  };
}
