/**
 * Core-admin's own file pool, of a checkout, calls our create-snapshot and destroy-snapshot where it would call its own: on a real kernel,
 * `test/kernel/lab/boot.sh node build/test/core-admin/file-pool.js CHECKOUT`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import '../kernel/guest/own-etc.ts';
import { loadModules } from '../kernel/guest/filesystems/modules.ts';
import { FILESYSTEMS } from '../kernel/guest/filesystems/mounts.ts';
import { newFolder } from '../kernel/guest/images.ts';
import { executable, must } from '../kernel/guest/programs.ts';
import { leftovers, takeAllDown } from '../kernel/guest/state.ts';
import type { Scene } from './household.ts';
import { IMAGE_SCENES } from './image-scenes.ts';
import { Pool } from './pool.ts';
import { RUN_SCENES, SCENES_WITHOUT_SNAPSHOTS } from './run-scenes.ts';

const [, , checkout = ''] = process.argv;
const version = readFileSync(join(checkout, 'version'), 'utf8').trim();
/** Where the pool has its images, as on any installation. */
const POOL = '/var/lib/qubes';
const KINDS = FILESYSTEMS.filter(({ name }) => /^(ext4|XFS|btrfs$)/.test(name));
const scenes: Readonly<Record<string, Scene>> = {
  ...RUN_SCENES,
  ...IMAGE_SCENES,
  ...(/^4\.[12]\./.test(version) ? {} : SCENES_WITHOUT_SNAPSHOTS),
};

makeInstallation();
t.setTimeout(0);
for (const kind of KINDS)
  t.test(`core-admin ${version} has our pair make its devices, on ${kind.name}`, async test => {
    const { point, unmount } = kind.mount(newFolder());
    must('mount', '--bind', point, POOL);
    for (const [name, scene] of Object.entries(scenes)) await test.test(name, part => play(part, scene));
    must('umount', POOL);
    unmount();
  });

async function play(test: Test, scene: Scene): Promise<void> {
  let pool: Pool | undefined;
  try {
    await scene(test, () => {
      pool = new Pool(checkout);
      return pool;
    });
    test.equal(pool?.complaints(), '', 'nothing was said on standard error');
    const left = leftovers().filter(line => !line.endsWith('filesystem.img'));
    test.same(left, [], 'no device, no loop device, no lock is left');
  } finally {
    await pool?.stop();
    takeAllDown();
    for (const name of readdirSync(POOL)) rmSync(join(POOL, name), { recursive: true });
  }
}

/** The root in the lab is this machine's, and read-only: the folders that core-admin's code names are laid over it. */
function makeInstallation(): void {
  loadModules('overlay');
  for (const folder of ['/usr/lib', '/var/lib']) {
    const [upper, work] = [newFolder(), newFolder()];
    must(
      'mount',
      '-t',
      'overlay',
      '-o',
      `lowerdir=${folder},upperdir=${upper},workdir=${work}`,
      'overlay',
      folder,
    );
    mkdirSync(join(folder, 'qubes'), { recursive: true });
  }
  mkdirSync('/run/qubes', { recursive: true });
  for (const name of ['create-snapshot', 'destroy-snapshot']) {
    const place = join('/usr/lib/qubes', name);
    if (existsSync(place)) rmSync(place);
    symlinkSync(executable(name), place);
    if (!statSync(place).isFile()) throw new Error(`${place} is not ours`);
  }
}
