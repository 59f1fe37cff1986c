import { statSync } from 'node:fs';
import { takeAllDown } from '../kernel/guest/state.ts';
import { Bytes } from './disks.ts';
import { cleanForgotten, household, type Scene, sees, start, stop, VMS, write } from './household.ts';

/** Starts, runs and stops. */
export const RUN_SCENES: Readonly<Record<string, Scene>> = {
  'a VM has its root anew at every start, keeps its private disk, and its disposable sees what was kept':
    async (test, pool) => {
      const house = await household(test, pool());
      for (const time of ['first', 'second', 'third']) {
        const before = house.kept.copy();
        const work = await start(house, 'work');
        const nothing = Bytes.zeros(statSync(work.volatile.image).size);
        sees(house, `${time} start`, work, { root: house.root, private: before, volatile: nothing });
        test.equal((await house.pool.volumes('work')).private.dirty, false, 'nothing has been written');
        const own = house.root.copy();
        write(own, work.root);
        write(house.kept, work.private);
        write(nothing, work.volatile);
        test.equal((await house.pool.volumes('work')).private.dirty, true, 'something has been written');
        const once = await start(house, 'once');
        sees(house, `${time}, the disposable`, once, { root: house.root, private: before });
        const gone = before.copy();
        write(gone, once.private);
        sees(house, `${time}, the disposable has written`, once, { private: gone });
        sees(house, `${time}, written`, work, { root: own, private: house.kept, volatile: nothing });
        await stop(house, 'once');
        sees(house, `${time}, the disposable has gone`, work, { root: own, private: house.kept });
        await stop(house, 'work');
        test.equal(house.kept.differs(work.private.image), undefined, 'the image has what was kept');
        test.same((await house.pool.volumes('work')).private.revisions, ['old']);
      }
    },

  'what a template has changed is seen by the VMs that start after its run': async (test, pool) => {
    const house = await household(test, pool());
    for (const run of ['first', 'second']) {
      const before = house.root.copy();
      const base = await start(house, 'base');
      write(house.root, base.root);
      sees(house, `${run} run`, base, { root: house.root });
      const work = await start(house, 'work');
      sees(house, `${run} run, a VM started meanwhile`, work, { root: before });
      await stop(house, 'work');
      await stop(house, 'base');
      const other = await start(house, 'other');
      sees(house, `${run} run has ended`, other, { root: house.root });
      await stop(house, 'other');
    }
  },

  'a VM that runs over a commit keeps its version to its end': async (test, pool) => {
    const house = await household(test, pool());
    const first = house.root.copy();
    const work = await start(house, 'work');
    const own = first.copy();
    write(own, work.root);
    for (const run of ['first', 'second']) {
      const base = await start(house, 'base');
      write(house.root, base.root);
      await stop(house, 'base');
      sees(house, `${run} run`, work, { root: own });
    }
    const other = await start(house, 'other');
    sees(house, 'one that starts now', other, { root: house.root });
    for (const vm of ['work', 'other']) await stop(house, vm);
    const again = await start(house, 'work');
    sees(house, 'its next start', again, { root: house.root });
    await stop(house, 'work');
    cleanForgotten(house, work);
  },

  'after a power cut in the middle of everything all start as they are': async (test, pool) => {
    const before = await household(test, pool());
    const first = before.root.copy();
    const base = await start(before, 'base');
    const work = await start(before, 'work');
    write(before.root, base.root);
    write(before.kept, work.private);
    write(first.copy(), work.root);
    await before.pool.stop();
    takeAllDown();
    const house = { ...before, pool: pool() };
    for (const vm of VMS) await house.pool.do('add', { ...vm, create: false });
    test.equal((await house.pool.volumes('base')).root.dirty, true);
    const again = await start(house, 'work');
    sees(house, 'the VM', again, { root: first, private: house.kept });
    await stop(house, 'work');
    const template = await start(house, 'base');
    sees(house, 'the template', template, { root: house.root });
    await stop(house, 'base');
    const last = await start(house, 'work');
    sees(house, 'the VM, after its commit', last, { root: house.root, private: house.kept });
    await stop(house, 'work');
  },
};

/** Those of the releases that can do without snapshots: R4.3 and newer. */
export const SCENES_WITHOUT_SNAPSHOTS: Readonly<Record<string, Scene>> = {
  'a template that runs without snapshots is written itself, and VMs start on what it holds then': async (
    test,
    pool,
  ) => {
    const house = await household(test, pool());
    await house.pool.do('keep', { vm: 'base', volume: 'root', revisions: -1 });
    for (const time of ['first', 'second']) {
      const work = await start(house, 'work');
      sees(house, `${time} start`, work, { root: house.root });
      write(house.root.copy(), work.root);
      await stop(house, 'work');
      await house.pool.do('start', { vm: 'base' });
      const { root } = await house.pool.volumes('base');
      test.equal(root.device, root.image, 'the template has its image as it is');
      write(house.root, root);
      await stop(house, 'base');
    }
  },
};
