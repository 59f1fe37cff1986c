// Two hosts on the same exports: each has devices of its own for every version, and VMs of its own, which start and stop in random order.
import t from 'tap';
import { check } from '../checks.ts';
import { hashOf, makeImage, readAt } from '../images.ts';
import { named } from './names.ts';
import { connect, withServer } from './nbd.ts';
import { randomBelow } from './random.ts';
import { SIZE, startAndStop, type Vm } from './random-starts.ts';

const STEPS = Number(process.env['STARTS'] ?? 100);

check(
  `two hosts on one base: ${STEPS} random starts and stops, and each VM reads its own version's bytes`,
  (test, template) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    t.comment(`SEED=${seed}`);
    const below = randomBelow(seed);
    const files = ['v1', 'v2'].map(version => makeImage(`${template.folder}/${version}.img`, SIZE, 'random'));
    const hashes = files.map(hashOf);
    withServer(
      files.map((file, index) => ({ name: `v${index + 1}`, file })),
      () => {
        const vms: Vm[] = ['a', 'b'].flatMap((host, place) =>
          files.flatMap((file, index) => {
            const base = named(`${host}@v${index + 1}`, connect(2 * place + index, `v${index + 1}`));
            return [1, 2].map(number => ({
              base,
              cow: makeImage(`${template.folder}/${host}-${index}-${number}-cow.img`, SIZE),
              expected: readAt(file, 0, SIZE),
              node: undefined,
            }));
          }),
        );
        startAndStop(test, vms, STEPS, below);
        test.same(files.map(hashOf), hashes, 'no version was written');
      },
    );
  },
);
