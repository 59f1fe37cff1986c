// Commands on disks that are clones, as they are ended in the middle: what is there before, and what has to hold afterwards.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { LOCK_FOLDER } from '../../../../src/devices/kernel/lock-file.ts';
import type { TemplateKind } from '../../../../src/templates/convert/conversion.ts';
import { kindOf } from '../../../../src/templates/convert/convert.ts';
import { templateFiles } from '../../../../src/templates/template-files.ts';
import { type Disk, deleteBackend, disk, makeBackend, mustAdd, pathOf, runScript } from '../hotplug/disks.ts';
import { hashOf, writeRandomAt } from '../images.ts';
import { executable, must } from '../programs.ts';
import type { SystemCall } from '../system-calls.ts';
import { convertHere, HASHES_OF, OTHER, RUNS_OF } from './conversions.ts';
import { beside, cleanedUp, clear, cloneLoops, left, makeScene, prepared, type Scene } from './world.ts';

/** The versions that there can be after the command: by their hashes. */
export interface Known {
  before: string;
  after: string;
}

export interface Scenario {
  /** What is there before the command. */
  before(scene: Scene): Known;
  /** The command that is killed. */
  command(scene: Scene): string[];
  /** The name that it is called by. */
  program?: string;
  from: RegExp;
  /** Whether it makes a disk: where it fails, nothing of that is left. */
  makes?: true;
  /** The calls that are killed at, where not all are that leave another world. */
  chosen?: (calls: readonly SystemCall[]) => SystemCall[];
  /** What comes next, and has to put all right. */
  after(test: Test, name: string, scene: Scene, known: Known): Promise<void> | void;
}

const LOCK = /^flock\(/;
const RECORD = /xen-hotplug/;
const vm = disk(61, 'reflink');
const templateVm = disk(61, 'reflink-origin');
process.env['XENBUS_PATH'] = pathOf(vm);

const clone = (scene: Scene) => `${scene.root}:${scene.vm()}`;
const kept = (scene: Scene) => `${clone(scene)}:keep`;
const unchanged = ({ hash }: Scene): Known => ({ before: hash, after: hash });

/** A run of the template, by hand, that is not committed. */
function run(scene: Scene): Known {
  const node = prepared('reflink-origin', scene.root);
  writeRandomAt(node, 0, 100_000);
  const after = hashOf(node);
  cleanedUp('reflink-origin', node);
  return { before: scene.hash, after };
}

function showsClone(test: Test, name: string, scene: Scene, expected: string): void {
  const node = prepared('reflink', clone(scene));
  test.equal(hashOf(node), expected, `${name}: the next start gives the right bytes`);
  cleanedUp('reflink', node);
}

/** libxl's remove comes whatever became of the script; then the disk is attached anew. */
function removed(test: Test, name: string, of: Disk): void {
  test.same(runScript(of, 'remove'), { status: 0, stdout: '', stderr: '' }, `${name}: remove takes it down`);
  deleteBackend(of);
}

/** The versions of the scene that is gone through, the present one first. */
let versions: string[] = [];

/** A template of the other kind that becomes one of this. */
function conversionTo(kind: TemplateKind): Scenario {
  return {
    before: scene => {
      versions = RUNS_OF[OTHER[kind]](scene);
      return { before: versions[0] ?? '', after: versions[0] ?? '' };
    },
    command: ({ root }) => ['convert', root, kind],
    from: LOCK,
    chosen: afterChanges,
    after: async (test, name, scene) => {
      const found = kindOf(templateFiles(scene.root)) ?? 'snapshot';
      test.same(HASHES_OF[found](scene), versions, `${name}: it is of type ${found}, with all versions`);
      await convertHere(scene.root, kind);
      test.same(HASHES_OF[kind](scene), versions, `${name}: the next one gets to the same end`);
      const foreign = kind === 'reflink' ? /-cow\.img/ : /\.img\.\d+@/;
      test.same(
        beside(scene.root).filter(file => foreign.test(file)),
        [],
        `${name}: and leaves nothing of the other kind`,
      );
    },
  };
}

/** Those behind a call that changes what is on disk: a kill there leaves another world than the one before. */
function afterChanges(calls: readonly SystemCall[]): SystemCall[] {
  const changes =
    /^(?:linkat|unlink|unlinkat|rename|renameat|renameat2|f?setxattr|fsync|mkdir|rmdir|ftruncate|ioctl\(\d+, FI)\b/;
  return calls.filter((_, index) => changes.test(calls[index - 1]?.line ?? ''));
}

export const SCENARIOS: Record<string, Scenario> = {
  'a conversion to clones': conversionTo('reflink'),
  'a conversion to snapshots': conversionTo('snapshot'),
  'prepare of a clone': {
    makes: true,
    before: unchanged,
    command: scene => ['prepare', 'reflink', clone(scene)],
    from: LOCK,
    after: (test, name, scene, { after }) => showsClone(test, name, scene, after),
  },
  'prepare of a disk that is kept': {
    makes: true,
    before: unchanged,
    command: scene => ['prepare', 'reflink', kept(scene)],
    from: LOCK,
    after: (test, name, scene, { after }) => {
      const node = prepared('reflink', kept(scene));
      test.equal(hashOf(node), after, `${name}: the next start gives the right bytes`);
      cleanedUp('reflink', node);
    },
  },
  'cleanup of a clone': {
    before: scene => {
      prepared('reflink', clone(scene));
      return unchanged(scene);
    },
    command: scene => ['cleanup', 'reflink', prepared('reflink', clone(scene))],
    from: LOCK,
    after: (test, name, scene, { after }) => {
      for (const { node } of cloneLoops()) cleanedUp('reflink', node);
      showsClone(test, name, scene, after);
    },
  },
  commit: {
    before: run,
    command: ({ root }) => ['commit', root],
    from: LOCK,
    after: (test, name, scene, { after }) => {
      must(executable(), 'commit', scene.root);
      showsClone(test, name, scene, after);
    },
  },
  revert: {
    before: scene => {
      const { after, before } = run(scene);
      must(executable(), 'commit', scene.root);
      return { before: after, after: before };
    },
    command: ({ root }) => ['revert', '--yes', root],
    from: LOCK,
    after: (test, name, scene, { before, after }) => {
      if (hashOf(scene.root) === before) must(executable(), 'revert', '--yes', scene.root);
      showsClone(test, name, scene, after);
    },
  },
  'add of a clone': {
    makes: true,
    before: scene => {
      makeBackend(vm, clone(scene));
      return unchanged(scene);
    },
    command: () => ['add'],
    program: 'block-reflink',
    from: LOCK,
    after: (test, name, scene, { after }) => {
      removed(test, name, vm);
      showsClone(test, name, scene, after);
    },
  },
  'remove of a clone': {
    before: scene => {
      mustAdd(vm, clone(scene));
      return unchanged(scene);
    },
    command: () => ['remove'],
    program: 'block-reflink',
    from: RECORD,
    after: (test, name, scene, { after }) => {
      removed(test, name, vm);
      showsClone(test, name, scene, after);
    },
  },
  "remove of a template's run, with its commit": {
    before: scene => {
      const node = mustAdd(templateVm, scene.root);
      writeRandomAt(node, 0, 100_000);
      return { before: scene.hash, after: hashOf(node) };
    },
    command: () => ['remove'],
    program: 'block-reflink-origin',
    from: RECORD,
    after: (test, name, scene, { after }) => {
      removed(test, name, templateVm);
      must(executable(), 'commit', scene.root);
      showsClone(test, name, scene, after);
    },
  },
};

/** All files of a scene, by their paths below it. */
function filesOf({ folder }: Scene): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    statSync(join(folder, name)).isFile(),
  );
}

export async function attempt(
  test: Test,
  name: string,
  filesystem: string,
  scenario: Scenario,
  end: (parameters: string[], scene: Scene, known: Known) => void,
): Promise<void> {
  // As the first command after a boot: with no lock files there yet.
  rmSync(LOCK_FOLDER, { recursive: true, force: true });
  const scene = makeScene(filesystem, 1 << 20);
  try {
    const known = scenario.before(scene);
    end(scenario.command(scene), scene, known);
    test.ok(
      [known.before, known.after].includes(hashOf(scene.root)),
      `${name}: X.img is one of the versions, whole`,
    );
    const empty = filesOf(scene).filter(
      file => !file.includes('~') && statSync(join(scene.folder, file)).size === 0,
    );
    test.same(empty, [], `${name}: no file of a name that counts is empty`);
    await scenario.after(test, name, scene, known);
    test.same(
      filesOf(scene).filter(file => file.includes('~')),
      [],
      `${name}: no half of a file is left`,
    );
    test.same(left(), [], `${name}: nothing is left`);
  } finally {
    deleteBackend(vm);
    clear(scene);
  }
}
