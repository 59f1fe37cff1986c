import { ALWAYS, ASKS, boots, type Scene, SECRET, SHOW, SOON, STOPS, SWAP, says, WRITE } from './scene.ts';
import { takenBy } from './vm.ts';

/**
 * VMs that get no layer.
 * @param thorough whether one is started again, and without a volatile disk
 */
export function withoutLayer(scene: Scene, thorough: boolean): void {
  const { lab, whole } = scene;
  boots(
    scene,
    'a root that can be written has no layer, but its name, swap and the rest of the disk',
    test => {
      const root = lab.root('split');
      const volatile = lab.disk('volatile.img', 100);
      const script = `${SHOW}${WRITE}${SWAP}echo leads $(readlink -f /dev/mapper/dmroot)\n`;
      const words = `${ASKS} dmroot.swap=64M`;
      const wanted = {
        ...ALWAYS,
        root: /ubda|dmroot/,
        volatile: 'ubdb ubdb1 ubdb3',
        swap: '/dev/ubdb1 65532',
        leads: '/dev/ubda',
      };
      says(test, lab.boot(words, [root, volatile], script), { ...wanted, 'written-before': 'no' });
      if (!thorough) return;
      says(test, lab.boot(words, [root, volatile], script), { ...wanted, 'written-before': SECRET });
      says(test, lab.boot(`${words} ${SOON}`, [root], script), {
        leads: '/dev/ubda',
        warned: '1',
        warning: /^this VM has no swap: no volatile disk ubdb after 1 s: give this VM one/,
      });
    },
  );

  boots(scene, 'a VM that does not ask is left alone', test => {
    const volatile = lab.disk('volatile.img', 100);
    const said = lab.boot(`${STOPS} root=/dev/ubda ro dmroot.bogus=1`, [`${whole}:r`, volatile], SHOW);
    says(test, said, { ...ALWAYS, root: /ubda|root/, volatile: 'ubdb' });
    test.equal(takenBy(volatile), 0, 'nothing is written');
  });
}
