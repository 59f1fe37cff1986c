// Stores, their labels and those of images, the notes of reverts and runs, and the configuration, damaged.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readConfiguration } from '../../../../src/devices/configuration.ts';
import { parseStoreHeader } from '../../../../src/devices/plan/exception-store.ts';
import { BASE_LABEL, STORE_LABEL } from '../../../../src/devices/plan/label.ts';
import { REVERT_ATTRIBUTE, revertMark } from '../../../../src/devices/plan/revert-names.ts';
import { isOurChunk } from '../../../../src/devices/plan/settings.ts';
import { addon } from '../../../../src/native/addon.ts';
import { claimRevisions, makeMark, removeMark } from '../../../../src/templates/revert/mark.ts';
import { isUntouched, noteUntouched } from '../../../../src/templates/revert/untouched.ts';
import { findTemplate, templateFiles } from '../../../../src/templates/template-files.ts';
import { CHUNK_BYTES, hashOf, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { planMessage } from '../kernel-log.ts';
import { commitHere, revertHere, revisionsHere, runTemplate } from '../life/in-process.ts';
import { seen } from '../list/seen.ts';
import { derivedLabel, leftOverNote, madeOfNote } from './notes-of-clones.ts';
import type { ReadBack } from './read-back.ts';
import { type Scene, setAttribute, type Tried, textOf } from './scene.ts';

type Made = (template: Template, other: Template) => Scene;

/** What a disk is of: its files, and what is seen on it. */
interface Disk {
  images: string[];
  hash: string;
}

/** A VM that keeps what it wrote, on a template with a finished run. */
function keptDisk({ root, rootCow, vm1 }: Template): Disk {
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const images = [root, rootCow, vm1];
  const node = prepareHere('snapshot', ...images);
  writeRandomAt(node, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES);
  const hash = hashOf(node);
  cleanupHere('snapshot', node);
  return { images, hash };
}

/** The VM starts with its own bytes, or not at all. */
async function starts(tried: Tried, { images, hash }: Disk): Promise<boolean> {
  const node = await tried.run('prepare', () => prepareHere('snapshot', ...images));
  if (node === undefined) return false;
  const found = await tried.run('a read', () => hashOf(node));
  if (found !== hash) tried.fail('the VM sees bytes that are not its own');
  await tried.run('list', () => seen());
  cleanupHere('snapshot', node);
  return true;
}

function attributeOf(path: string, name: string): Buffer {
  return Buffer.from(addon().fileAttribute(path, name) ?? '');
}

/** A label in its file, or beside it, of the VM's store or of the image. */
function label(name: typeof STORE_LABEL | typeof BASE_LABEL, beside: boolean): Made {
  return (template, other) => {
    const disk = keptDisk(template);
    const [mine = '', theirs = ''] = [template, other].map(({ root, vm1 }) =>
      name === BASE_LABEL ? root : vm1,
    );
    keptDisk(other);
    const file = `${mine}${name === BASE_LABEL ? '.base-label' : '.store-label'}`;
    return {
      whole: attributeOf(mine, name),
      others: [attributeOf(theirs, name), attributeOf(mine, name === BASE_LABEL ? STORE_LABEL : BASE_LABEL)],
      put: content => {
        if (beside) {
          addon().removeFileAttribute(mine, name);
          writeFileSync(file, content);
        } else setAttribute(mine, name, content.subarray(0, 2000));
      },
      ...(beside ? { path: file } : {}),
      named: [template.folder],
      use: async (tried, damage) => {
        if (beside) addon().removeFileAttribute(mine, name);
        const started = await starts(tried, disk);
        if (started && damage !== 'a named pipe' && damage.kind === 'cut')
          tried.fail('a part of a label is taken for none');
        const { root, rootCow } = template;
        const origin = await tried.run('prepare of an origin', () => prepareHere('origin', root, rootCow));
        if (origin !== undefined) cleanupHere('origin', origin);
      },
      end: () => {
        rmSync(file, { force: true });
        addon().removeFileAttribute(mine, name);
      },
    };
  };
}

/** A store as a file: cut, or with another beginning. */
function store(header: boolean): Made {
  return template => {
    const disk = keptDisk(template);
    const { vm1 } = template;
    const file = readFileSync(vm1);
    planMessage('^device-mapper: persistent snapshot: unable to handle snapshot disk version');
    // The header, the metadata, and three chunks: what is behind them is nothing.
    const used = 5 * CHUNK_BYTES;
    return {
      whole: file.subarray(0, header ? 16 : used),
      others: [Buffer.from('QFI\xfb\0\0\0\x03'), Buffer.from('#!/bin/bash\necho no store\n')],
      put: content => {
        if (header && content.length >= 16)
          writeFileSync(vm1, Buffer.concat([content, file.subarray(content.length)]));
        else writeFileSync(vm1, content);
      },
      path: vm1,
      named: [vm1],
      use: async (tried, damage) => {
        if (damage !== 'a named pipe' && isTakenAsItIs(damage.content)) return;
        await starts(tried, disk);
      },
      end: () => {
        rmSync(vm1);
        writeFileSync(vm1, file);
      },
    };
  };
}

/**
 * A file that is empty has nothing to lose, and is begun anew; a store whose header names another chunk that is ours is one
 * to the kernel, too; blocks of random bytes are what a VM may have written.
 */
function isTakenAsItIs(content: Buffer): boolean {
  if (content.length === 0) return true;
  const beginning = Buffer.alloc(16);
  content.copy(beginning);
  const found = parseStoreHeader(new Uint8Array(beginning).buffer);
  const another =
    found.kind === 'store' && found.valid && isOurChunk(found.chunk) && found.chunk * 512 !== CHUNK_BYTES;
  return another || (found.kind === 'store' && content.length === 5 * CHUNK_BYTES);
}

/** Two runs are being undone: nothing starts, and the revert goes on over as many, or not at all. */
function mark(template: Template): Scene {
  const { root, rootCow, hash } = template;
  for (let run = 0; run < 2; run++) {
    runTemplate(root, rootCow, [run * CHUNK_BYTES, 4096]);
    commitHere(root, { revisions: 2 });
  }
  const path = revertMark(rootCow);
  makeMark(findTemplate(templateFiles(root)), 2);
  claimRevisions(rootCow, 2);
  const before = hashOf(root);
  return {
    whole: readFileSync(path),
    others: [Buffer.from('given up with the image fd01:5: a revert could not be finished\n')],
    put: content => writeFileSync(path, content),
    path,
    named: [path],
    use: async (tried, damage) => {
      if ((await tried.run('prepare', () => prepareHere('snapshot', root, rootCow))) !== undefined)
        tried.fail('a VM starts on a template that is half-way back');
      await tried.run('list', () => seen());
      if (damage !== 'a named pipe' && /^\d+ /.test(damage.content.toString())) return;
      if ((await tried.run('revert', () => revertHere(root))) !== undefined) tried.fail('a revert goes on');
      if (hashOf(root) !== before) tried.fail('the image was written');
    },
    end: async () => {
      await revertHere(root);
      if (hashOf(root) !== hash) throw new Error('the revert did not bring the first version back');
    },
  };
}

/** What an image says of the revert that was begun by another of its names. */
function revertNote(template: Template): Scene {
  const { root, rootCow, folder, vm2 } = template;
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const made = findTemplate(templateFiles(root));
  makeMark(made, 1);
  mkdirSync(`${folder}/elsewhere`);
  const name = `${folder}/elsewhere/linked.img`;
  linkSync(root, name);
  return {
    whole: attributeOf(root, REVERT_ATTRIBUTE),
    others: [Buffer.from(revertMark('/somewhere/else-cow.img')), Buffer.from('yes')],
    put: content => setAttribute(root, REVERT_ATTRIBUTE, content.subarray(0, 900)),
    named: [name],
    use: async tried => {
      if ((await tried.run('prepare', () => prepareHere('snapshot', name, vm2))) !== undefined)
        tried.fail('a VM starts on a template that is half-way back');
    },
    end: () => removeMark(made),
  };
}

/** Only what says so altogether was not begun to be merged. */
function mergeNote({ vm1 }: Template): Scene {
  const name = 'trusted.block-snapshot.unmerged';
  noteUntouched(vm1);
  return {
    whole: attributeOf(vm1, name),
    others: [Buffer.from('no'), Buffer.from('yes, but')],
    put: content => setAttribute(vm1, name, content.subarray(0, 900)),
    named: [vm1],
    use: async (tried, damage) => {
      const untouched = await tried.run('revert --abandon', () => isUntouched(vm1));
      const said = damage === 'a named pipe' ? '' : textOf(damage.content);
      if (untouched === true && said !== 'yes') tried.fail(`${JSON.stringify(said)} is taken for untouched`);
    },
    end: () => addon().removeFileAttribute(vm1, name),
  };
}

/** When a run has ended is for people alone. */
function endOfRun({ root, rootCow }: Template): Scene {
  const name = 'trusted.block-snapshot.ended';
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const undo = `${rootCow}.old`;
  return {
    whole: attributeOf(undo, name),
    others: ['9007199254740991', '8640000000000001', '-1', '0', '1e400', 'NaN'].map(text =>
      Buffer.from(text),
    ),
    put: content => setAttribute(undo, name, content.subarray(0, 900)),
    named: [undo],
    use: async tried => {
      const revisions = await tried.run('revisions', () => revisionsHere(root));
      if (revisions?.length !== 1) tried.fail('the revision is not found');
      for (const { ended } of revisions ?? [])
        await tried.run('revisions --json', () => new Date(ended).toISOString());
    },
    end: () => {},
  };
}

function configuration({ folder }: Template): Scene {
  const path = `${folder}/block-snapshot.conf`;
  const text =
    '# what is kept\nREVISIONS=12\nCOMMIT_ON_STOP=no\nCHUNK_SIZE=256K\nDIRECT_IO=off\nRESERVE=on\n';
  return {
    whole: Buffer.from(text),
    others: [
      Buffer.from('CHUNK_SIZE=12\n'),
      Buffer.alloc(70_000, 0x23),
      Buffer.from('[global]\nREVISIONS=1\n'),
    ],
    put: content => writeFileSync(path, content, { mode: 0o644 }),
    path,
    named: [path],
    use: async tried => {
      await tried.run('prepare', () => readConfiguration(path));
    },
    end: () => rmSync(path),
  };
}

export const STORES = {
  'the label of a store': label(STORE_LABEL, false),
  'the label beside a store': label(STORE_LABEL, true),
  'the label of an image': label(BASE_LABEL, false),
  'the label beside an image': label(BASE_LABEL, true),
  'what a template was derived from': derivedLabel,
  'what a conversion has left over': leftOverNote,
  'what a disk was made of': madeOfNote,
  'the header of a store': store(true),
  'a store': store(false),
  'the mark of a revert': mark,
  'the note of a revert on its image': revertNote,
  'the note of a merge': mergeNote,
  'the end of a run': endOfRun,
  'the configuration': configuration,
} as const satisfies Partial<Record<ReadBack, Made>>;
