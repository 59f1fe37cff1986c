import { existsSync } from 'node:fs';
import { MEBIBYTE } from '../kernel/guest/images.ts';
import { blockSnapshot } from '../kernel/guest/programs.ts';
import { takeAllDown } from '../kernel/guest/state.ts';
import {
  cleanForgotten,
  household,
  importRandom,
  messageOf,
  PRIVATE,
  ROOT,
  type Scene,
  sees,
  start,
  stop,
  VMS,
  write,
} from './household.ts';

/** What becomes of images, and of cows, between them: imported, cloned, reverted, made larger, removed. */
export const IMAGE_SCENES: Readonly<Record<string, Scene>> = {
  'an image that is imported over the old one is what starts from then on': async (test, pool) => {
    const house = await household(test, pool());
    for (const time of ['first', 'second']) {
      const work = await start(house, 'work');
      write(house.kept, work.private);
      await stop(house, 'work');
      house.root = await importRandom(house.pool, 'base', 'root', ROOT);
      house.kept = await importRandom(house.pool, 'work', 'private', PRIVATE);
      const anew = await start(house, 'work');
      sees(house, `${time} import`, anew, { root: house.root, private: house.kept });
      const once = await start(house, 'once');
      sees(house, `${time} import, the disposable`, once, { root: house.root, private: house.kept });
      for (const vm of ['once', 'work']) await stop(house, vm);
      const base = await start(house, 'base');
      write(house.root, base.root);
      await stop(house, 'base');
    }
  },

  'a VM that runs keeps its image when another is imported over it, and one that starts has the new one':
    async (test, pool) => {
      const house = await household(test, pool());
      const work = await start(house, 'work');
      const own = house.root.copy();
      write(own, work.root);
      house.root = await importRandom(house.pool, 'base', 'root', ROOT);
      const other = await start(house, 'other');
      sees(house, 'the VM that starts', other, { root: house.root });
      const base = await start(house, 'base');
      const before = house.root.copy();
      write(house.root, base.root);
      await stop(house, 'base');
      sees(house, 'the VM that runs', work, { root: own });
      sees(house, 'the VM that has started', other, { root: before });
      for (const vm of ['work', 'other']) await stop(house, vm);
      cleanForgotten(house, work, other);
    },

  'an image that is imported after a power cut in the middle of a run has nothing of that': async (
    test,
    pool,
  ) => {
    const before = await household(test, pool());
    const base = await start(before, 'base');
    write(before.root, base.root);
    await before.pool.stop();
    takeAllDown();
    const house = { ...before, pool: pool() };
    for (const vm of VMS) await house.pool.do('add', { ...vm, create: false });
    house.root = await importRandom(house.pool, 'base', 'root', ROOT);
    const work = await start(house, 'work');
    sees(house, 'a VM', work, { root: house.root });
    await stop(house, 'work');
    const template = await start(house, 'base');
    sees(house, 'the template', template, { root: house.root });
    await stop(house, 'base');
  },

  'a disk is cloned while VMs run on it, and is refused by core-admin while it is written': async (
    test,
    pool,
  ) => {
    const house = await household(test, pool());
    await house.pool.do('add', { vm: 'twin', klass: 'TemplateVM' });
    const clone = () => house.pool.do('import_volume', { vm: 'twin', volume: 'root', source: 'base' });
    const work = await start(house, 'work');
    write(house.root.copy(), work.root);
    await clone();
    const image = (await house.pool.volumes('twin')).root.image;
    test.equal(house.root.differs(image), undefined, 'the clone');
    const base = await start(house, 'base');
    test.match(await messageOf(clone), 'cannot export running volumes');
    write(house.root, base.root);
    await stop(house, 'base');
    await clone();
    const twin = await start(house, 'twin');
    sees(house, 'the clone of the next version', twin, { root: house.root });
    const its = house.root.copy();
    write(its, twin.root);
    sees(house, 'written', twin, { root: its });
    await stop(house, 'twin');
    test.equal(house.root.differs(base.root.image), undefined, 'the image that it was cloned from');
    await stop(house, 'work');
    cleanForgotten(house, work);
  },

  'a commit by core-admin is undone by a revert of ours, where core-admin has none': async (test, pool) => {
    const house = await household(test, pool());
    const first = house.root.copy();
    const kept = house.kept.copy();
    const base = await start(house, 'base');
    write(house.root, base.root);
    await stop(house, 'base');
    const work = await start(house, 'work');
    write(house.kept, work.private);
    await stop(house, 'work');
    test.match(
      await messageOf(() => house.pool.do('revert', { vm: 'base', volume: 'root' })),
      'revert() not implemented',
    );
    for (const { image } of [base.root, work.private]) {
      const { status, stderr } = blockSnapshot('revert', '--yes', image);
      test.equal(status, 0, stderr);
    }
    const again = await start(house, 'work');
    sees(house, 'reverted', again, { root: first, private: kept });
    await stop(house, 'work');
    const template = await start(house, 'base');
    sees(house, 'reverted, the template', template, { root: first });
    write(first, template.root);
    await stop(house, 'base');
    const last = await start(house, 'work');
    sees(house, 'the next run', last, { root: first });
    await stop(house, 'work');
  },

  'where no revision is kept a commit removes the cow, also from under a VM that runs': async (
    test,
    pool,
  ) => {
    const house = await household(test, pool());
    await house.pool.do('keep', { vm: 'base', volume: 'root', revisions: 0 });
    const first = house.root.copy();
    const work = await start(house, 'work');
    const base = await start(house, 'base');
    write(house.root, base.root);
    await stop(house, 'base');
    sees(house, 'the VM that runs', work, { root: first });
    test.same((await house.pool.volumes('base')).root.revisions, []);
    await house.pool.do('commit', { vm: 'base', volume: 'root' });
    const other = await start(house, 'other');
    sees(house, 'one that starts', other, { root: house.root });
    for (const vm of ['work', 'other']) await stop(house, vm);
    cleanForgotten(house, work);
  },

  'a disk that is made larger while its VM runs is as large for the VM, and for its disposables': async (
    test,
    pool,
  ) => {
    const house = await household(test, pool());
    const size = PRIVATE + MEBIBYTE;
    const work = await start(house, 'work');
    write(house.kept, work.private);
    await house.pool.do('resize', { vm: 'work', volume: 'private', size });
    house.kept = house.kept.grown(size);
    sees(house, 'the VM', work, { private: house.kept });
    house.kept.write(work.private.device ?? '', size - 4096, 4096);
    await stop(house, 'work');
    const once = await start(house, 'once');
    sees(house, 'the disposable', once, { private: house.kept });
    await stop(house, 'once');
    const again = await start(house, 'work');
    sees(house, 'its next start', again, { private: house.kept });
    await stop(house, 'work');
  },

  'what is removed is gone, with its files': async (test, pool) => {
    const house = await household(test, pool());
    const files: string[] = [];
    for (const vm of ['base', 'work', 'once']) {
      await start(house, vm);
      for (const { image, cow } of Object.values(await house.pool.volumes(vm))) files.push(image, cow);
    }
    for (const vm of ['once', 'work', 'other', 'base']) await house.pool.do('remove', { vm });
    test.same(files.filter(existsSync), [], 'no image and no cow');
  },
};
