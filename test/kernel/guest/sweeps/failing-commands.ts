// The commands of which system calls are made to fail: what is there before, and what has to hold afterwards.
import { existsSync, unlinkSync } from 'node:fs';
import type { Test } from 'tap';
import { detach } from '../../../../src/disks/detach.ts';
import { makeMark } from '../../../../src/templates/revert/mark.ts';
import { findTemplate, templateFiles } from '../../../../src/templates/template-files.ts';
import {
  type Disk,
  deleteBackend,
  disk,
  keyOf,
  makeBackend,
  mustAdd,
  mustRemove,
  pathOf,
  readBackend,
  runScript,
} from '../hotplug/disks.ts';
import { hashOf, type Template, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { commitHere, revertHere, revisionsHere, runTemplate, trimHere } from '../life/in-process.ts';

export interface FailingCommand {
  /** What is there before it. */
  before(template: Template): void;
  command(template: Template): string[];
  /** The name that the executable is called by. */
  program?: string;
  /** From which call on; what it does before changes nothing. */
  from: RegExp;
  /**
   * The next command, and what the disks have to show; it takes everything down.
   * @param done whether the command said that it has done its work
   */
  after(test: Test, name: string, template: Template, done: boolean): Promise<void> | void;
}

/** What add does before it has the base's lock changes nothing, but that it forgets a record of the same name. */
const LOCK = /^flock\(/;
const RECORD = /xen-hotplug/;

const vm = disk(61);
const templateVm = disk(61, 'origin');
/** The VM in which the template runs beside. */
const other = disk(60, 'origin');
process.env['XENBUS_PATH'] = pathOf(vm);

/** The template's bytes before its last run, and after it; those of a VM: noted by `before`. */
let earlier = '';
let later = '';
let vmBytes = '';

const layers = ({ root, rootCow, vm1 }: Template) => [root, rootCow, vm1];
const stackOf = (template: Template) => layers(template).join(':');
const originOf = ({ root, rootCow }: Template) => `${root}:${rootCow}`;

function shows(test: Test, name: string, expected: string, ...images: string[]): void {
  const node = prepareHere('snapshot', ...images);
  test.equal(hashOf(node), expected, `${name}: the next prepare gives the right bytes`);
  cleanupHere('snapshot', node);
}

/** The template runs, of another cow than the VM's: what is under that has to be made, or go, while its disk stands still. */
function runBeside({ root, vm2 }: Template): void {
  prepareHere('origin', root, vm2);
}

function stopBeside(test: Test, name: string, { root, vm2, hash }: Template): void {
  const origin = prepareHere('origin', root, vm2);
  test.equal(hashOf(origin), hash, `${name}: the template that runs has its bytes`);
  cleanupHere('origin', origin);
}

/** A run of the template that goes on, over one that is finished. */
function runAgain({ root, rootCow }: Template): string {
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  earlier = hashOf(root);
  const origin = prepareHere('origin', root, rootCow);
  writeRandomAt(origin, 0, 300_000);
  later = hashOf(root);
  return origin;
}

/** A new version is shown where the run was committed, the old one where not. */
function showsEither(test: Test, name: string, { root, rootCow }: Template): void {
  const committed = revisionsHere(root).length > 1 || hashOf(rootCow) === hashOf(`${rootCow}.old`);
  const node = prepareHere('snapshot', root, rootCow);
  const shown = hashOf(node);
  cleanupHere('snapshot', node);
  test.ok(
    shown === earlier || shown === later,
    `${name}: the next VM sees a version, whole${committed ? '' : ', as far as it was committed'}`,
  );
}

/** Where an add has succeeded, its disk is there; then libxl takes it down, whatever became of it. */
function removeAdded(test: Test, name: string, added: Disk, expected: string, done: boolean): void {
  if (done)
    test.equal(
      hashOf(readBackend(added, 'physical-device-path') ?? 'no node'),
      expected,
      `${name}: what it says that it has connected is right`,
    );
  test.same(
    runScript(added, 'remove'),
    { status: 0, stdout: '', stderr: '' },
    `${name}: remove does its work`,
  );
  deleteBackend(added);
}

function addAgain(test: Test, name: string, added: Disk, parameters: string, expected: string): void {
  test.equal(hashOf(mustAdd(added, parameters)), expected, `${name}: the next add gives the right bytes`);
  mustRemove(added);
}

export const FAILING_COMMANDS: Record<string, FailingCommand> = {
  'prepare of two layers': {
    before: template => unlinkSync(template.rootCow),
    command: template => ['prepare', 'snapshot', stackOf(template)],
    from: LOCK,
    after: (test, name, template) => shows(test, name, template.hash, ...layers(template)),
  },
  'prepare while the template runs': {
    before: runBeside,
    command: template => ['prepare', 'snapshot', stackOf(template)],
    from: LOCK,
    after: (test, name, template) => {
      shows(test, name, template.hash, ...layers(template));
      stopBeside(test, name, template);
    },
  },
  'prepare of an origin': {
    before: () => {},
    command: template => ['prepare', 'origin', originOf(template)],
    from: LOCK,
    after: (test, name, template) => {
      const node = prepareHere('origin', template.root, template.rootCow);
      test.equal(hashOf(node), template.hash, `${name}: the next prepare gives the right bytes`);
      cleanupHere('origin', node);
    },
  },
  'cleanup of two layers': {
    before: template => {
      const node = prepareHere('snapshot', ...layers(template));
      writeRandomAt(node, 300_000, 500_000);
      vmBytes = hashOf(node);
    },
    command: template => ['cleanup', 'snapshot', prepareHere('snapshot', ...layers(template))],
    from: LOCK,
    after: (test, name, template) => shows(test, name, vmBytes, ...layers(template)),
  },
  'cleanup while the template runs': {
    before: template => {
      runBeside(template);
      const node = prepareHere('snapshot', ...layers(template));
      writeRandomAt(node, 300_000, 500_000);
      vmBytes = hashOf(node);
    },
    command: template => ['cleanup', 'snapshot', prepareHere('snapshot', ...layers(template))],
    from: LOCK,
    after: (test, name, template) => {
      shows(test, name, vmBytes, ...layers(template));
      stopBeside(test, name, template);
    },
  },
  'cleanup of an origin': {
    before: template => {
      earlier = template.hash;
      writeRandomAt(prepareHere('origin', template.root, template.rootCow), 0, 300_000);
      later = hashOf(template.root);
    },
    command: template => ['cleanup', 'origin', prepareHere('origin', template.root, template.rootCow)],
    from: LOCK,
    after: (test, name, template) => {
      const { root, rootCow } = template;
      shows(test, name, earlier, root, rootCow);
      cleanupHere('origin', prepareHere('origin', root, rootCow));
      test.equal(hashOf(root), later, `${name}: the template has what it wrote`);
      commitHere(root);
      shows(test, name, later, root, rootCow);
    },
  },
  'add while the template runs': {
    before: template => {
      runBeside(template);
      makeBackend(vm, stackOf(template));
    },
    command: () => ['add'],
    from: RECORD,
    after: (test, name, template, done) => {
      removeAdded(test, name, vm, template.hash, done);
      addAgain(test, name, vm, stackOf(template), template.hash);
      stopBeside(test, name, template);
    },
  },
  'add of an origin': {
    before: template => makeBackend(templateVm, originOf(template)),
    command: () => ['add'],
    program: 'block-origin',
    from: RECORD,
    after: (test, name, template, done) => {
      removeAdded(test, name, templateVm, template.hash, done);
      addAgain(test, name, templateVm, originOf(template), template.hash);
    },
  },
  'remove while the template runs': {
    before: template => {
      mustAdd(other, `${template.root}:${template.vm2}`);
      const node = mustAdd(vm, stackOf(template));
      writeRandomAt(node, 300_000, 500_000);
      vmBytes = hashOf(node);
    },
    command: () => ['remove'],
    from: RECORD,
    after: (test, name, template) => {
      detach(keyOf(vm), 0);
      deleteBackend(vm);
      shows(test, name, vmBytes, ...layers(template));
      test.equal(
        hashOf(readBackend(other, 'physical-device-path') ?? 'no node'),
        template.hash,
        `${name}: the template that runs has its bytes`,
      );
      mustRemove(other);
    },
  },
  'remove of an origin, with its commit': {
    before: template => {
      cleanupHere('origin', runAgain(template));
      mustAdd(templateVm, originOf(template));
    },
    command: () => ['remove'],
    program: 'block-origin',
    from: RECORD,
    after: (test, name, template) => {
      showsEither(test, name, template);
      detach(keyOf(templateVm), 0);
      deleteBackend(templateVm);
      shows(test, name, later, template.root, template.rootCow);
    },
  },
  commit: {
    before: template => void cleanupHere('origin', runAgain(template)),
    command: ({ root }) => ['commit', root],
    from: LOCK,
    after: (test, name, template) => {
      showsEither(test, name, template);
      commitHere(template.root);
      shows(test, name, later, template.root, template.rootCow);
    },
  },
  revert: {
    before: template => {
      cleanupHere('origin', runAgain(template));
      commitHere(template.root);
    },
    command: ({ root }) => ['revert', root, '--yes'],
    from: LOCK,
    after: async (test, name, template) => {
      const { root, rootCow } = template;
      if (existsSync(`${rootCow}.reverting`) || hashOf(root) === later) await revertHere(root);
      test.equal(hashOf(root), earlier, `${name}: every byte is as it was before the run`);
      shows(test, name, earlier, root, rootCow);
    },
  },
  'a revert that goes on': {
    before: template => {
      cleanupHere('origin', runAgain(template));
      commitHere(template.root);
      makeMark(findTemplate(templateFiles(template.root)), 1);
    },
    command: ({ root }) => ['revert', root, '--yes'],
    from: LOCK,
    after: async (test, name, { root, rootCow }) => {
      if (existsSync(`${rootCow}.reverting`) || hashOf(root) === later) await revertHere(root);
      test.equal(hashOf(root), earlier, `${name}: every byte is as it was before the run`);
      shows(test, name, earlier, root, rootCow);
    },
  },
  trim: {
    before: template => void cleanupHere('origin', prepareHere('origin', template.root, template.rootCow)),
    command: ({ root }) => ['trim', root],
    from: LOCK,
    after: async (test, name, template) => {
      await trimHere(template.root);
      shows(test, name, template.hash, template.root, template.vm1);
    },
  },
};
