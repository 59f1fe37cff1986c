// Kills a command on a disk that is a clone at every system call from the taking of its locks on, and looks at what is left.
//   reflink-kills.js [SCENARIO...]: those on XFS; without any, all on XFS and btrfs
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { LOCK_FOLDER } from '../../../src/devices/kernel/lock-file.ts';
import { type Disk, deleteBackend, disk, makeBackend, mustAdd, pathOf, runScript } from './hotplug/disks.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { hashOf, writeRandomAt } from './images.ts';
import { executable, must } from './programs.ts';
import {
  BOTH,
  cleanedUp,
  clear,
  cloneLoops,
  left,
  makeScene,
  prepared,
  type Scene,
} from './reflink/world.ts';
import { callsFrom, distinctWorlds, runKilledAt, type SystemCall } from './system-calls.ts';

/** The versions that there can be after the command: by their hashes. */
interface Known {
  before: string;
  after: string;
}

interface Scenario {
  /** What is there before the command. */
  before(scene: Scene): Known;
  /** The command that is killed. */
  command(scene: Scene): string[];
  /** The name that it is called by. */
  program?: string;
  from: RegExp;
  /** What comes next, and has to put all right. */
  after(test: Test, name: string, scene: Scene, known: Known): void;
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

const SCENARIOS: Record<string, Scenario> = {
  'prepare of a clone': {
    before: unchanged,
    command: scene => ['prepare', 'reflink', clone(scene)],
    from: LOCK,
    after: (test, name, scene, { after }) => showsClone(test, name, scene, after),
  },
  'prepare of a disk that is kept': {
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

function attempt(
  test: Test,
  name: string,
  filesystem: string,
  scenario: Scenario,
  end: (parameters: string[]) => void,
): void {
  // As the first command after a boot: with no lock files there yet.
  rmSync(LOCK_FOLDER, { recursive: true, force: true });
  const scene = makeScene(filesystem, 1 << 20);
  try {
    const known = scenario.before(scene);
    end(scenario.command(scene));
    test.ok(
      [known.before, known.after].includes(hashOf(scene.root)),
      `${name}: X.img is one of the versions, whole`,
    );
    const empty = filesOf(scene).filter(
      file => !file.includes('~') && statSync(join(scene.folder, file)).size === 0,
    );
    test.same(empty, [], `${name}: no file of a name that counts is empty`);
    scenario.after(test, name, scene, known);
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

t.setTimeout(0);

function sweep(filesystem: string, wanted: string): void {
  const scenario = SCENARIOS[wanted];
  if (scenario === undefined) throw new Error(`no scenario ${wanted}`);
  t.test(`${filesystem}: ${wanted}, killed at every system call`, test => {
    let calls: SystemCall[] = [];
    attempt(test, 'not killed', filesystem, scenario, parameters => {
      calls = distinctWorlds(callsFrom(scenario.from, parameters, scenario.program));
    });
    let killed = 0;
    for (const [index, call] of calls.entries())
      attempt(
        test,
        `${index + 1} of ${calls.length}, ${call.line.slice(0, 70)}`,
        filesystem,
        scenario,
        parameters => {
          if (runKilledAt(call, parameters, scenario.program)) killed += 1;
        },
      );
    test.ok(killed >= calls.length * 0.9, `${killed} of ${calls.length} were killed`);
    test.end();
  });
}

const [, , ...wanted] = process.argv;
for (const one of wanted.length === 0 ? Object.keys(SCENARIOS) : wanted)
  for (const filesystem of wanted.length === 0 ? BOTH : ['XFS']) sweep(filesystem, one);

process.once('beforeExit', () => {
  xenstored.stop();
  rmSync('/run/lab/trace', { force: true });
});
