// The files of disks that are clones, as a crash, a kill or a person leaves them. Clones are copies here, which nothing has to tell from
// them: the images of these tests lie on a filesystem without any.
import { copyFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { requireImage } from '../../../../src/devices/kernel/images.ts';
import { madeOf } from '../../../../src/reflink/made-anew.ts';
import { CONVERTED } from '../../../../src/templates/convert/left-over.ts';
import { type Template, writeRandomAt } from '../images.ts';
import { kernel } from '../programs.ts';
import { finds, makeKnown } from './diagnosis.ts';

const named = (root: string, name: string) => root.replace(/\.img$/, `-${name}.img`);

/** A template that clones are made of: it has no cow. */
function ofClones(template: Template): () => void {
  rmSync(template.rootCow);
  return makeKnown(template);
}

/** What is like its source to the last: by its bytes, and by when it was changed. */
function clone(from: string, to: string): void {
  copyFileSync(from, to);
  const descriptors = [from, to].map(path => kernel.openFile(path, kernel.openFlags.readWrite, 0));
  kernel.copyModified(descriptors[0] ?? -1, descriptors[1] ?? -1);
  for (const descriptor of descriptors) kernel.closeFile(descriptor);
}

finds('a run of a template of clones that is not committed', {
  kinds: ['run-not-committed'],
  mends: true,
  plant: template => {
    const forget = ofClones(template);
    copyFileSync(template.root, named(template.root, 'dirty'));
    writeRandomAt(named(template.root, 'dirty'), 0, 4096);
    return forget;
  },
});

finds('what a VM has left of a disk that is made anew', {
  kinds: ['clone-left'],
  mends: true,
  plant: ({ folder, root, ...rest }) => {
    const vm = `${folder}/vm-own.img`;
    copyFileSync(root, named(vm, 'dirty'));
    copyFileSync(root, vm);
    kernel.setFileAttribute(named(vm, 'dirty'), ...madeOf(requireImage({ role: 'disk', path: root })));
    return makeKnown({ folder, ...rest, root: vm });
  },
});

finds('a clone without its bytes', {
  kinds: ['empty-clone'],
  mends: true,
  plant: template => {
    writeFileSync(named(template.root, 'dirty'), '');
    return ofClones(template);
  },
});

finds('half of a clone', {
  kinds: ['half-clone'],
  mends: true,
  plant: template => {
    writeFileSync(`${named(template.root, 'dirty')}~making`, 'half');
    return ofClones(template);
  },
});

finds('a clone for the next start, of a version before', {
  kinds: ['stale-precache'],
  mends: true,
  plant: template => {
    copyFileSync(template.root, named(template.root, 'precache'));
    utimesSync(named(template.root, 'precache'), 1, 1);
    return ofClones(template);
  },
});

finds('what a killed conversion has left of versions', {
  kinds: ['conversion-left'],
  mends: true,
  plant: template => {
    const version = `${template.root}.1@2026-01-01T00:00:00Z`;
    copyFileSync(template.root, version);
    kernel.setFileAttribute(version, CONVERTED, '.');
    return makeKnown(template);
  },
});

finds('what a killed conversion has left of undos', {
  kinds: ['conversion-left'],
  mends: true,
  plant: template => {
    const { root, rootCow } = template;
    copyFileSync(root, `${root}.1@2026-01-01T00:00:00Z`);
    writeFileSync(`${rootCow}.old`, 'an undo');
    kernel.setFileAttribute(`${rootCow}.old`, CONVERTED, '.');
    return ofClones(template);
  },
});

finds('a template of snapshots beside which a version lies', {
  kinds: ['two-kinds'],
  mends: false,
  plant: template => {
    const version = `${template.root}.1@2026-01-01T00:00:00Z`;
    copyFileSync(template.root, version);
    const forget = makeKnown(template);
    return () => {
      forget();
      rmSync(version);
    };
  },
});

finds('a template of clones, with what its driver and its runs leave in good order', {
  kinds: [],
  mends: false,
  plant: template => {
    const forget = ofClones(template);
    clone(template.root, named(template.root, 'precache'));
    clone(template.root, named(template.root, 'dirty'));
    clone(template.root, `${template.root}.1@2026-01-01T00:00:00Z`);
    return forget;
  },
});
